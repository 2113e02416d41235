import { isIncomplete } from "../model/placeholder.js";

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualified = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const portName = /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Names as the API server accepts them. Source: apimachinery, `pkg/util/validation`. */
export const isSubdomain = (text: string): boolean => text.length <= 253 && subdomain.test(text);
export const isDnsLabel = (text: string): boolean => text.length <= 63 && label.test(text);
export const isPortName = (text: string): boolean => text.length <= 15 && portName.test(text);
export const isPortNumber = (value: number): boolean => value >= 1 && value <= 65_535;

export function isLabelKey(text: string): boolean {
  const [name = "", prefix, ...more] = text.split("/").reverse();
  return (
    more.length === 0 && name.length <= 63 && qualified.test(name) && (prefix === undefined || isSubdomain(prefix))
  );
}

export function isLabelValue(text: string): boolean {
  return text === "" || isIncomplete(text) || (text.length <= 63 && qualified.test(text));
}
