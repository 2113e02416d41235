/** Shows on a terminal how far something is; elsewhere it says nothing, so that logs stay short. */
export function progress(text: string | undefined): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(text === undefined ? "\r\u001b[K" : `\r\u001b[K${text}`);
}
