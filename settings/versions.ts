/** The numbers that a version such as `1.36.1-aliyun.1` or `v1.24.6.83-g1` begins with; none where it cannot be read. */
export function numbersOf(version: string): number[] {
  return (/^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? "").split(".").filter(Boolean).map(Number);
}

/** Whether a version comes before another. One that cannot be read does not. */
export function isOlder(version: string, than: readonly number[]): boolean {
  const parts = numbersOf(version);
  if (parts.length === 0) return false;
  for (const [i, wanted] of than.entries()) {
    const part = parts[i] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}
