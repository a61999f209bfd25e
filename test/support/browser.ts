import { Api, type ApiHeaders } from './api.js';

/** A page as a browser has it: the answer, and the address that it came from. */
export interface Page {
  url: string;
  status: number;
  headers: Headers;
  body: string;
}

const maxRedirects = 20;

/** A browser of a test: it keeps cookies by host, follows redirects where it is told to, and runs no script. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();
  /** Everything that was ever set, as it was written. */
  readonly setCookies: string[] = [];

  /**
   * @param base the address of the service
   * @param proxied the address that a proxy in front of it has, where there is one: requests to it go to `base`
   */
  constructor(
    readonly base: string,
    private readonly proxied?: string,
  ) {}

  /** One request, redirects not followed. */
  async request(path: string, init: RequestInit = {}): Promise<Page> {
    const url = new URL(path, this.base);
    const headers = new Headers(init.headers);
    if (!headers.has('accept')) headers.set('accept', 'text/html,application/xhtml+xml,*/*;q=0.8');
    const cookie = this.cookiesFor(url);
    if (cookie && !headers.has('cookie')) headers.set('cookie', cookie);
    const isProxied = this.proxied !== undefined && url.href.startsWith(`${this.proxied}/`);
    const target = isProxied ? this.base + url.href.slice(this.proxied?.length) : url.href;
    const answer = await fetch(target, { ...init, headers, redirect: 'manual' });
    for (const text of answer.headers.getSetCookie()) this.keep(url.hostname, text);
    return { url: url.href, status: answer.status, headers: answer.headers, body: await answer.text() };
  }

  /** Goes to a page and on to wherever it leads; stops before an address that `until` names. */
  async go(path: string, until: (url: string) => boolean = () => false): Promise<Page> {
    let page = await this.request(path);
    for (let redirects = 0; redirects < maxRedirects; redirects++) {
      const location = page.headers.get('location');
      if (location === null) return page;
      const next = new URL(location, page.url).href;
      if (until(next)) return { ...page, url: next };
      page = await this.request(next);
    }
    throw new Error(`in circles: ${page.url}`);
  }

  /** The value of a cookie of the service, at the address that it calls its own. */
  cookie(name: string, host = 'localhost'): string | undefined {
    return this.#cookies.get(host)?.get(name);
  }

  setCookie(name: string, value: string, host = 'localhost'): void {
    const cookies = this.#cookies.get(host) ?? new Map<string, string>();
    cookies.set(name, value);
    this.#cookies.set(host, cookies);
  }

  /** A client of the API with the cookies that the browser has now, and no CSRF token. */
  api(headers: ApiHeaders = {}): Api {
    return new Api(this.base).with({ cookie: this.cookiesFor(new URL('http://localhost')), ...headers });
  }

  private cookiesFor({ hostname }: URL): string {
    return [...(this.#cookies.get(hostname) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  private keep(host: string, text: string): void {
    this.setCookies.push(text);
    const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(text) ?? [];
    this.setCookie(name, value, host);
    if (/; max-age=0(;|$)|expires=thu, 01 jan 1970/i.test(text)) this.#cookies.get(host)?.delete(name);
  }
}
