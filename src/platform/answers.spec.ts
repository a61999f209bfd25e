import { Controller, Get } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';
import { Answers } from './answers.js';
import { Access } from './auth/access.js';

const Contact = z.strictObject({ email: z.string() });

@Controller()
class Routes {
  @Get('good')
  @Access('public')
  @Answers(203, Contact)
  good(): unknown {
    return { email: 'a@b.example' };
  }

  @Get('leak')
  @Access('public')
  @Answers(200, Contact)
  leak(): unknown {
    return { email: 'a@b.example', passwordHash: 'hunter2' };
  }

  @Get('wrong')
  @Access('public')
  @Answers(200, Contact)
  wrong(): Promise<unknown> {
    return Promise.resolve({ email: null });
  }

  @Get('unchecked')
  @Access('public')
  @Answers(200, Contact, { checked: false })
  unchecked(): unknown {
    return { more: 1 };
  }
}

let app: SmallApp;
beforeAll(async () => {
  app = await startSmallApp({ controllers: [Routes], level: 'error' });
});
afterAll(() => app.close());

describe('an answer', () => {
  it('that matches its schema is sent with its status', async () => {
    const answer = await app.fetch('/good');
    expect(answer.status).toBe(203);
    expect(await answer.json()).toEqual({ email: 'a@b.example' });
  });

  it.each(['/leak', '/wrong'])('attack: that does not is a 500, and nothing of it is sent: %s', async (path) => {
    const answer = await app.fetch(path);
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(text).not.toMatch(/hunter2|passwordHash|email/);
    expect(app.lines.join('')).toContain('unexpected error');
  });

  it('is sent as it is where the check was left out', async () => {
    expect(await (await app.fetch('/unchecked')).json()).toEqual({ more: 1 });
  });
});
