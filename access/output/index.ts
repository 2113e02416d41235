/** Formatters: from answers to text for people and documents for programs. */
export { type About, assumedOf, optionsText } from "./about.js";
export { changesTable, reach } from "./changes.js";
export { checksTable } from "./checks.js";
export { type Colors } from "./colors.js";
export { explanationText } from "./explanation.js";
export { findingLines, inOrderOfHarm } from "./findingLines.js";
export { accessDot } from "./graph.js";
export { accessJson, listJson, objectJson } from "./json.js";
export { accessMarkdown, changesMarkdown, checksMarkdown, mtlsMarkdown } from "./markdown.js";
export { mtlsTable } from "./mtlsAudit.js";
export { csv, pairsCsv, pairsJsonLines } from "./pairs.js";
export { type SourceOf, sourcesOf } from "./places.js";
export { sarif, type SarifPlaces } from "./sarif.js";
export { selectable, type Selection } from "./selection.js";
export { accessTable, type TableLayout } from "./table.js";
export { type AllowedAt, usageCsv, usageTable } from "./usage.js";
export * from "./words.js";
export { json } from "./written.js";
