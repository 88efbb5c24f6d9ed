export { type ListenAddress, parseListenAddress } from './listen-address.ts';
export { type MetricsServer, type ServeMetricsOptions, serveMetrics } from './metrics-server.ts';
