import { WherryError } from '../core/index.ts';
import type { DiscoveryMethod, EndpointHealthType, ServiceEndpoint } from './endpoint.ts';

/** What an endpoint is when nothing is said. */
export const endpointDefaults: Readonly<ServiceEndpoint> = {
  host: 'localhost',
  port: null,
  url: null,
  enabled: true,
  required: false,
  remote: false,
  healthPath: null,
  healthType: 'http',
  timeout: 10_000,
  retryCount: 3,
  composeFile: null,
  serviceName: null,
  profile: null,
  discoveryEnabled: false,
  discoveryMethod: 'tcp',
  discoveryTimeout: 5_000,
};

/** A builder with the defaults; each `with…` sets one field, `build` checks them all. */
export function newEndpoint(): EndpointBuilder {
  return new EndpointBuilder();
}

export class EndpointBuilder {
  readonly #fields: ServiceEndpoint = { ...endpointDefaults };

  withHost(host: string): this {
    return this.#with({ host });
  }

  /** 1 to 65535; text as well, as it comes from an environment variable. */
  withPort(port: number | string): this {
    return this.#with({ port: Number(port) });
  }

  withUrl(url: string): this {
    return this.#with({ url });
  }

  withEnabled(enabled: boolean): this {
    return this.#with({ enabled });
  }

  withRequired(required: boolean): this {
    return this.#with({ required });
  }

  withRemote(remote: boolean): this {
    return this.#with({ remote });
  }

  withHealthPath(healthPath: string): this {
    return this.#with({ healthPath });
  }

  withHealthType(healthType: EndpointHealthType): this {
    return this.#with({ healthType });
  }

  /** ms. */
  withTimeout(timeout: number): this {
    return this.#with({ timeout });
  }

  withRetryCount(retryCount: number): this {
    return this.#with({ retryCount });
  }

  withComposeFile(composeFile: string): this {
    return this.#with({ composeFile });
  }

  withServiceName(serviceName: string): this {
    return this.#with({ serviceName });
  }

  withProfile(profile: string): this {
    return this.#with({ profile });
  }

  withDiscoveryEnabled(discoveryEnabled: boolean): this {
    return this.#with({ discoveryEnabled });
  }

  withDiscoveryMethod(discoveryMethod: DiscoveryMethod): this {
    return this.#with({ discoveryMethod });
  }

  /** ms. */
  withDiscoveryTimeout(discoveryTimeout: number): this {
    return this.#with({ discoveryTimeout });
  }

  /** Fails with `INVALID` and every fault in `details.problems`. */
  build(): ServiceEndpoint {
    const problems = endpointProblems(this.#fields);
    if (problems.length > 0) {
      const list = problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
      throw new WherryError('INVALID', `the endpoint is not valid: ${list}`, { details: { problems } });
    }
    return { ...this.#fields };
  }

  #with(fields: Partial<ServiceEndpoint>): this {
    Object.assign(this.#fields, fields);
    return this;
  }
}

export interface EndpointProblem {
  field: keyof ServiceEndpoint;
  message: string;
}

/** What is wrong with an endpoint's values; empty when nothing is. */
export function endpointProblems(endpoint: ServiceEndpoint): EndpointProblem[] {
  const problems: EndpointProblem[] = [];
  const check = (holds: boolean, field: keyof ServiceEndpoint, message: string): void => {
    if (!holds) problems.push({ field, message });
  };
  const { host, port, url, healthPath, timeout, retryCount, discoveryMethod, discoveryTimeout } = endpoint;
  check(host !== '' && !/[\s/]/.test(host), 'host', `"${host}" is not a host name or address`);
  check(port === null || isPort(port), 'port', `${port} is not a port (1 to 65535)`);
  check(url === null || URL.canParse(url), 'url', `"${url}" is not a URL`);
  check(healthPath === null || !/[\s#]/.test(healthPath), 'healthPath', `"${healthPath}" is not a path`);
  check(timeout > 0 && Number.isFinite(timeout), 'timeout', `${timeout} is not a time in ms`);
  check(
    Number.isSafeInteger(retryCount) && retryCount >= 0,
    'retryCount',
    `${retryCount} is not a number of tries`,
  );
  check(
    discoveryMethod === 'tcp' || discoveryMethod === 'dns',
    'discoveryMethod',
    `"${discoveryMethod}" is neither tcp nor dns`,
  );
  check(
    discoveryTimeout > 0 && Number.isFinite(discoveryTimeout),
    'discoveryTimeout',
    `${discoveryTimeout} is not a time in ms`,
  );
  return problems;
}

function isPort(port: number): boolean {
  return Number.isSafeInteger(port) && port >= 1 && port <= 65_535;
}
