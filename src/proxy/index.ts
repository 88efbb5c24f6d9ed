export type { ProxyActivity } from './activity.ts';
export { formatAddress, type TargetAddress } from './address.ts';
export { type AnswerOptions, answers, forwarderPatience } from './answers.ts';
export type { DrainOptions, ProxyOptions, TcpProxyOptions, UdpProxyOptions } from './options.ts';
export { TcpProxy } from './tcp-proxy.ts';
export { UdpProxy } from './udp-proxy.ts';
export type { WaitingAnswer } from './waiting-answer.ts';
