/** Answers as HTML pages that need nothing beside themselves. */
export { accessPage } from "./accessPage.js";
export { changesPage } from "./changesPage.js";
export { checksPage } from "./checksPage.js";
export { mtlsPage } from "./mtlsPage.js";
