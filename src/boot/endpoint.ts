/** How a health gate looks at an endpoint: one of the built-in checks, or one that was registered. */
export type EndpointHealthType = 'tcp' | 'http' | 'grpc' | 'custom' | (string & {});
export type DiscoveryMethod = 'tcp' | 'dns';

/** A service that a boot needs: where it answers, how its health is seen, and how it is started when it is not there. */
export interface ServiceEndpoint {
  /** Default: `localhost`. */
  host: string;
  port: number | null;
  /** Whole URL; wins over `host` and `port`. */
  url: string | null;
  /** False: the row says `skipped`. Default: true. */
  enabled: boolean;
  /** Its failure fails the boot. Default: false. */
  required: boolean;
  /** It runs elsewhere and is only checked. Default: false. */
  remote: boolean;
  /** Path of the HTTP check. */
  healthPath: string | null;
  /** Default: `http`. */
  healthType: EndpointHealthType;
  /** ms for one health check. Default: 10 000. */
  timeout: number;
  /** Further tries of the health check after the first one. Default: 3. */
  retryCount: number;
  /** Compose file that declares the service. */
  composeFile: string | null;
  /** Service in that file. Default: the endpoint's name. */
  serviceName: string | null;
  /** Profile of the compose file to switch on. */
  profile: string | null;
  /** Look first whether it is there already. Default: false. */
  discoveryEnabled: boolean;
  /** Default: `tcp`. */
  discoveryMethod: DiscoveryMethod;
  /** ms. Default: 5 000. */
  discoveryTimeout: number;
}
