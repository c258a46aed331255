/**
 * Must be imported before n8n-core. Gives it an encryption key and a user folder; n8n-core writes its settings file
 * into that folder once, after which the folder is not needed any more.
 */
import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.env.N8N_ENCRYPTION_KEY = 'test-key';
process.env.N8N_USER_FOLDER = mkdtempSync(join(tmpdir(), 'wecom-kit-harness-'));

import { InstanceSettings } from 'n8n-core';

type Container = typeof import('@n8n/di').Container;

export interface LogEntry {
	level: 'error' | 'warn' | 'info' | 'debug' | 'verbose';
	message: string;
	meta?: object;
}

/** npm may install several copies of n8n's packages: these are the ones n8n-core uses. */
const requireOfCore = createRequire(require.resolve('n8n-core'));
export const { Container } = requireOfCore('@n8n/di') as { Container: Container };
const { Logger } = requireOfCore('@n8n/backend-common') as { Logger: new () => object };

/** What nodes (`this.logger`) and n8n-core logged, instead of printing it. Empty it with `logged.length = 0`. */
export const logged: LogEntry[] = [];
const log = (level: LogEntry['level']) => (message: string, meta?: object) =>
	void logged.push({ level, message, meta });
const logger = {
	error: log('error'),
	warn: log('warn'),
	info: log('info'),
	debug: log('debug'),
	verbose: log('verbose'),
	scoped: (): object => logger,
};
Container.set(Logger, logger);

Container.get(InstanceSettings);
rmSync(process.env.N8N_USER_FOLDER, { recursive: true, force: true });
