import type { AddressInfo } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { SETTINGS, type Settings } from './settings.js';

/** The base of the addresses that the service tells about itself. What a request says about its address is not asked. */
@Injectable()
export class PublicUrl {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly host: HttpAdapterHost,
  ) {}

  /** `PUBLIC_URL`, or where that is unset this machine and the port that the service listens on; no slash at its end. */
  get base(): string {
    const { publicUrl, port } = this.settings;
    if (publicUrl !== undefined) return publicUrl;
    const { server } = this.host.httpAdapter.getInstance<FastifyInstance>();
    const address = server.address() as AddressInfo | null;
    return `http://localhost:${address?.port ?? port}`;
  }

  /** Whether browsers reach the service over TLS, so that a cookie can be kept to it. */
  get isSecure(): boolean {
    return this.base.startsWith('https:');
  }
}
