// A page of `prenorm watch` asks its server once a second for changes.
import { replaceWith } from "./page";

const kSeconds = 1;

export function follow() {
  const status = document.getElementById("live-status");
  if (!status) return;
  let tag = status.dataset.version ?? "";
  const say = (text: string, lost = false) => {
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("lost", lost);
  };
  const ask = async () => {
    if (!document.hidden) {
      try {
        const reply = await fetch(`${location.pathname}?part=live`, { headers: { "If-None-Match": tag }, cache: "no-store" });
        if (reply.status === 200) {
          tag = reply.headers.get("ETag") ?? tag;
          replaceWith(new DOMParser().parseFromString(await reply.text(), "text/html"));
        } else if (reply.status !== 304) {
          throw new Error(String(reply.status));
        }
        say("Live");
      } catch {
        say("prenorm watch has stopped; this is what it last showed", true);
      }
    }
    setTimeout(ask, 1000 * kSeconds);
  };
  setTimeout(ask, 1000 * kSeconds);
}
