import "uplot/dist/uPlot.min.css";
import "./page.css";
import { follow } from "./live";
import { start } from "./page";

document.documentElement.classList.add("scripted");
start();
follow();
