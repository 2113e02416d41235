/** Readers: from text, files and folders to Kubernetes objects. */
export { readKinds } from "./kinds.js";
export { loadManifests } from "./load.js";
export { overlay, type Planned } from "./overlay.js";
export { parseManifests, type Parsed } from "./parse.js";
export { checkReferences } from "./references.js";
export { objectsOf, type ProgramObjects, type ProgramResource } from "./programResources.js";
