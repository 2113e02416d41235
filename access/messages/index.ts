/** What the analysis says, as data: ids with arguments, and tables that hold the texts. */
export * from "./message.js";
