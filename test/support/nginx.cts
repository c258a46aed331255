/** A real nginx on 127.0.0.1 with a configuration of its own, for tests of the rules in the documents. */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { http } from './http.cts';
import { probePort } from './n8n-env.cts';
import { until } from './wait.cts';

/** Debian keeps it where only root's PATH leads. */
export function findNginx(): string | undefined {
	const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
	return folders
		.filter(Boolean)
		.map((folder) => join(folder, 'nginx'))
		.find((path) => {
			try {
				accessSync(path, constants.X_OK);
				return true;
			} catch {
				return false;
			}
		});
}

/** `test` for what needs nginx: without it reported as skipped on a person's machine, and failed when CI=true. */
export const nginxOrSkip = (): jest.It =>
	findNginx() || process.env.CI === 'true' ? test : (test.skip as jest.It);

export interface Nginx {
	url: string;
	stop: () => Promise<void>;
}

/** Starts it with rules inside its `server` block. */
export async function startNginx(rules: string): Promise<Nginx> {
	const path = findNginx();
	if (!path) throw new Error('No nginx: install nginx-light.');
	const folder = mkdtempSync(join(tmpdir(), 'wecom-kit-nginx-'));
	const port = await probePort(0);
	const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
		.map((name) => `${name}_temp_path ${folder}/${name};`)
		.join('\n');
	const configuration = `daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
access_log off;
${temporary}
server {
listen 127.0.0.1:${port};
${rules}
}
}
`;
	writeFileSync(join(folder, 'nginx.conf'), configuration);
	const child = spawn(
		path,
		['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')],
		{
			stdio: ['ignore', 'ignore', 'pipe'],
		},
	);
	let said = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
	const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
	const stop = async () => {
		if (child.exitCode === null) child.kill('SIGKILL');
		await ended;
		rmSync(folder, { recursive: true, force: true });
	};
	const url = `http://127.0.0.1:${port}`;
	try {
		await until(
			'nginx did not answer',
			async () => {
				if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`);
				return await http(url).then(
					() => true,
					() => false as const,
				);
			},
			{ within: 5_000, every: 100 },
		);
	} catch (error) {
		await stop();
		throw error;
	}
	return { url, stop };
}
