/**
 * Google's APIs by addresses that only a VPC routes. `private.googleapis.com` serves every API to everybody's resources: a
 * pod that may open it reaches any bucket it has credentials for. `restricted.googleapis.com` serves what a perimeter of VPC
 * Service Controls lets through (https://docs.cloud.google.com/vpc-service-controls/docs/restricted-vip-services).
 */
export function googleApis(servicePerimeter: string | undefined): { range: string; addresses: string[] } {
  const last = servicePerimeter === undefined ? [8, 9, 10, 11] : [4, 5, 6, 7];
  return { range: `199.36.153.${last[0]}/30`, addresses: last.map((each) => `199.36.153.${each}`) };
}
