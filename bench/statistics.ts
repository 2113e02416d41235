import type { Point, Samples } from "./figures.js";

/** The middle of the samples; of an even number, the mean of the two in the middle. */
export function median(samples: Samples): number {
  return quantile(samples, 0.5);
}

/** The value below which this share of the samples lies, interpolated between neighbours. */
export function quantile(samples: Samples, share: number): number {
  if (samples.length === 0) throw new Error("There is no quantile of no samples.");
  const sorted = [...samples].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
  return below + (above - below) * (place - Math.floor(place));
}

/** Half the distance between the smallest and the largest sample, as a share of the median. */
export function spread(samples: Samples): number {
  const middle = median(samples);
  return middle === 0 ? 0 : (Math.max(...samples) - Math.min(...samples)) / 2 / middle;
}

/**
 * The exponent of growth: the slope of the medians in a log-log plot, by least squares. 1 is linear, 0 does not grow.
 * Undefined where fewer than two sizes have a positive value.
 */
export function growthExponent(points: readonly Point[]): number | undefined {
  const logs = points
    .map(({ size, samples }) => [Math.log(size), Math.log(median(samples))] as const)
    .filter(([, value]) => Number.isFinite(value));
  if (logs.length < 2) return undefined;
  const mean = (index: 0 | 1): number => logs.reduce((sum, log) => sum + log[index], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const variance = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return covariance / variance;
}

/** Sample by sample: those taken in turns share what the machine was doing at the time. */
export function ratios(samples: Samples, baseline: Samples): Samples {
  return samples.slice(0, baseline.length).map((sample, index) => sample / (baseline[index] ?? NaN));
}

/** The median of pairwise ratios. */
export function ratio(samples: Samples, baseline: Samples): number {
  return median(ratios(samples, baseline));
}
