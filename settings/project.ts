/** Namespace of the project's own config keys. */
export const project = "mesh-egress";
