import type { TrafficMode } from "../../../settings/trafficModes.js";
import type { Mode } from "./mode.js";
import { tcpDirect } from "./tcpDirect.js";
import { tcpGateway } from "./tcpGateway.js";
import { tcpGatewayMtls } from "./tcpGatewayMtls.js";
import { tlsDirect } from "./tlsDirect.js";
import { tlsGateway } from "./tlsGateway.js";
import { tlsGatewayMtls } from "./tlsGatewayMtls.js";
import { tlsOrigination } from "./tlsOrigination.js";
import { tlsWildcard } from "./tlsWildcard.js";
import { tlsWildcardDirect } from "./tlsWildcardDirect.js";

export const modes: Record<TrafficMode, Mode> = {
  "tcp-direct": tcpDirect,
  "tcp-gateway": tcpGateway,
  "tcp-gateway-mtls": tcpGatewayMtls,
  "tls-direct": tlsDirect,
  "tls-gateway": tlsGateway,
  "tls-gateway-mtls": tlsGatewayMtls,
  "tls-origination": tlsOrigination,
  "tls-wildcard": tlsWildcard,
  "tls-wildcard-direct": tlsWildcardDirect,
};
