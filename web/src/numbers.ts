// Readable numbers, formatted as in prenorm/html/axis.cpp.

const minus = (text: string) => text.replace("-", "−");

const superscript = (exponent: number) =>
  [...String(exponent)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("");

function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits).split("e");
  const short = String(Number(mantissa));
  const power = `10${superscript(Number(exponent))}`;
  return minus(short === "1" ? power : short === "-1" ? `-${power}` : `${short}×${power}`);
}

// To four significant digits.
export function formatValue(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size < 1e7 && Number.isInteger(value)) return minus(value.toLocaleString("en-US"));
  if (size >= 1e7 || size < 1e-3) return scientific(value, 3);
  if (size >= 1000) return minus(Math.round(value).toLocaleString("en-US"));
  return minus(value.toFixed(3 - Math.floor(Math.log10(size))));
}

// A number at a tick, with no more digits than needed.
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e7 || size < 1e-4) return scientific(value, 2);
  return minus(Number(value.toPrecision(6)).toLocaleString("en-US", { maximumFractionDigits: 8 }));
}

const kSuperscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

// "6.9×10⁻⁶" as "6.9e-6", "10⁻⁴" as "1e-4".
const withoutSuperscripts = (text: string) =>
  text.replace(/(×|^[-+]?)10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, before: string, sign: string, power: string) =>
    `${before === "×" ? "" : before + "1"}e${sign && "-"}${[...power].map((c) => kSuperscripts.indexOf(c)).join("")}`);

// The number in a table's cell; undefined if it is words.
export function parseCell(text: string): number | undefined {
  const plain = withoutSuperscripts(text.trim().replace(/^−/, "-").replace(/,/g, ""));
  const match = /^[-+]?\d+(\.\d+)?(e[-+]?\d+)?/i.exec(plain);
  if (!match) return undefined;
  const number = Number(match[0]);
  if (/^m?s$|^seconds$/.test(plain.slice(match[0].length).trim())) return number;
  const clock = /^(\d+):(\d\d)(?::(\d\d))?$/.exec(plain);
  if (!clock) return number;
  const parts = clock.slice(1).filter((p) => p !== undefined);
  return parts.reduce((sum, part) => 60 * sum + Number(part), 0);
}
