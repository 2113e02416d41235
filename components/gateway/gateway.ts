/** What database egress needs of an egress gateway. Plain values, so that traffic modes stay pure. */
export interface Gateway {
  /** Name of its Service and prefix of what belongs to it. */
  name: string;
  /** Namespace of its pods, and of the databases' Istio resources. */
  namespace: string;
  /** Labels of its pods. */
  selector: Record<string, string>;
  /** Fully qualified name of its Service. */
  host: string;
  /** Service account of its pods. */
  serviceAccount: string;
  /** Port that all databases share, told apart by SNI. */
  sharedPort: number;
}
