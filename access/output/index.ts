/** Formatters: from answers to text for people and documents for programs. */
export { changesTable, reach } from "./changes.js";
export { checksTable } from "./checks.js";
export { explanationText, type WhereOf } from "./explanation.js";
export { accessJson, listJson } from "./json.js";
export { mtlsTable } from "./mtlsAudit.js";
export { sarif, type SourceOf } from "./sarif.js";
export { accessTable, type Colors } from "./table.js";
export * from "./words.js";
export { json } from "./written.js";
