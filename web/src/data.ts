// The data in a page: the numbers of its charts, in the format of prenorm/html/page_data.cpp.

export interface SeriesData {
  name: string;
  run?: string; // entry in the list of runs, if the series belongs to one
  look: number; // index of colour and dashes
  dashed?: boolean;
  x: (number | null)[];
  y: (number | null)[]; // null: a gap
}

export interface ChartData {
  key: string; // of its figure
  xLabel: string;
  yLabel: string;
  logX: boolean;
  logY: boolean;
  series: SeriesData[];
}

export interface HeatData {
  key: string;
  xLabel: string;
  yLabel: string;
  x: string[];
  y: string[];
  panels: { name: string; values: (number | null)[] }[]; // row by row
}

export interface PageData {
  charts: ChartData[];
  heats: HeatData[];
}

export function readData(page: Document): PageData {
  const text = page.getElementById("page-data")?.textContent;
  return text ? (JSON.parse(text) as PageData) : { charts: [], heats: [] };
}
