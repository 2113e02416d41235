/** The user the proxy runs as: what it sends is not redirected into the proxy again. */
export const proxyUser = 1337;

/** The user nobody: an application's. */
export const applicationUser = 65534;
