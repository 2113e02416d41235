import type { Samples, Unit } from "../figures.js";
import { median } from "../statistics.js";

/** The median with its unit, and the range when there is one. */
export function formatted(samples: Samples, unit: Unit): string {
  if (samples.length === 0) return "";
  const [scale, scaled] = readable(median(samples), unit);
  const [middle, least, most] = [median(samples), Math.min(...samples), Math.max(...samples)].map((each) =>
    rounded(each / scale),
  );
  const range = least === most ? "" : ` (${least}–${most})`;
  return `${middle}${scaled && ` ${scaled}`}${range}`;
}

/** From so many on, a larger unit is easier to read. */
const many = 10_000;

function readable(value: number, unit: Unit): [number, Unit | "GiB"] {
  if (unit === "KiB" && value >= many) return [1024, "MiB"];
  if (unit === "MiB" && value >= many) return [1024, "GiB"];
  return [1, unit];
}

/** Three digits that matter. */
function rounded(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}
