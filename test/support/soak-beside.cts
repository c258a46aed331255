/** Five minutes of `npm run bench -- --soak` that run beside the other tests: they mostly wait, so they cost no time of their own. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SoakResult } from '../bench/soak.cts';
import { COMPILED } from './n8n-template.cts';
import { repoRoot } from './paths.cts';
import { until } from './wait.cts';

/** The environment variable with the folder in which the soak leaves its result. */
const FOLDER = 'WECOM_KIT_SOAK';
const MINUTES = 5;
/**
 * How long the run takes at most, with the starts of n8n and with what is delivered again at the end, on a machine that does
 * other things, too.
 */
export const SOAK_ENDS_WITHIN_MS = 15 * 60_000;

/** Starts it; it ends with this process. */
export function startSoak(): void {
	const folder = mkdtempSync(join(tmpdir(), 'wecom-kit-soak-'));
	process.env[FOLDER] = folder;
	const log = openSync(join(folder, 'log'), 'w');
	const program = ['-r', 'tsx/cjs', 'test/bench/main.cts', '--soak'];
	const options = ['--minutes', String(MINUTES), '--result', join(folder, 'result')];
	const child = spawn(process.execPath, [...program, ...options], {
		cwd: repoRoot,
		env: { ...process.env, [COMPILED]: '' }, // It compares the memory of one life of n8n with that of another.
		stdio: ['ignore', log, log],
	});
	// The soak has time: what the other tests wait for comes first.
	if (child.pid !== undefined) setPriority(child.pid, 5);
	child.once('exit', (code) => writeFileSync(join(folder, 'end'), String(code)));
	child.unref();
}

type Result = SoakResult & { complaints: string[] };
let asked: Promise<Result> | undefined;

/** The result of the soak, once it has ended. Fails with the end of its log when it broke off. */
export async function soakResult(): Promise<Result> {
	return await (asked ??= readResult());
}

async function readResult(): Promise<Result> {
	const folder = process.env[FOLDER];
	if (!folder) throw new Error('No soak was started: see e2e-setup.cts');
	const file = (name: string) => join(folder, name);
	await until('the soak ends', () => existsSync(file('end')), {
		within: SOAK_ENDS_WITHIN_MS,
		every: 500,
	});
	const log = readFileSync(file('log'), 'utf8');
	if (!existsSync(file('result'))) throw new Error(`The soak broke off:\n${log.slice(-4_000)}`);
	const result = readFileSync(file('result'), 'utf8');
	rmSync(folder, { recursive: true, force: true });
	return JSON.parse(result) as never;
}
