/** Large things, each in a process of its own against the simulator in this one: the time they take and the memory they need at most. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { run } from '../support/child.cts';
import { repoRoot } from '../support/paths.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import { addMembers, LARGE_MEMBERS, LARGE_TEXT } from './large-data.cts';
import { atMost, information, type Row } from './report.cts';
import { credentialData } from '../support/credentials.cts';

const WECOM = 'n8n-nodes-wecom-kit.wecom';
const MB = 1 << 20;
const FILE_BYTES = 50 * MB;
const ITEMS = 10_000;

interface Job {
	what: string;
	/** MB that it may need beyond what the process had before. */
	budget: number;
	prepare?: (sim: Simulator) => void;
	resource: string;
	operation: string;
	parameters: object;
	items?: number;
	bytes?: number;
}

const JOBS: Job[] = [
	{
		what: `export of ${LARGE_MEMBERS.toLocaleString('en')} members`,
		budget: 500,
		prepare: addMembers,
		resource: 'directory',
		operation: 'export',
		parameters: { what: 'user', returnAll: true },
	},
	{
		what: 'a reply with a text of 8 MB',
		budget: 100,
		prepare: ({ control }) =>
			control.inject({
				path: '/cgi-bin/user/get',
				rawBody: JSON.stringify({ errcode: 0, errmsg: 'ok', name: LARGE_TEXT }),
			}),
		resource: 'member',
		operation: 'get',
		parameters: { userid: 'zhangsan', simplify: false },
	},
	{
		what: `${ITEMS.toLocaleString('en')} items of one GET`,
		budget: 300,
		resource: 'member',
		operation: 'get',
		parameters: { userid: 'zhangsan', simplify: false },
		items: ITEMS,
	},
	{
		what: 'upload of a file of 50 MB to the drive',
		budget: 350,
		resource: 'driveFile',
		operation: 'upload',
		parameters: { spaceid: 'SPACEID', fatherid: 'SPACEID' },
		bytes: FILE_BYTES,
	},
	{
		what: 'download of a file of 50 MB in pieces',
		budget: 350,
		prepare: ({ control, state }) => {
			const id = control.addMedia({ filename: 'a.bin', size: FILE_BYTES });
			const media = state.media.get(id)!;
			state.media.set('LARGE', { ...media, media_id: 'LARGE' } as never);
		},
		resource: 'media',
		operation: 'download',
		parameters: { media_id: 'LARGE' },
	},
];

export async function largeRows(): Promise<Row[]> {
	const sim = await startSimulator();
	const rows: Row[] = [];
	try {
		for (const [index, { what, budget, prepare }] of JOBS.entries()) {
			sim.control.reset();
			prepare?.(sim);
			const args = ['--expose-gc', '-r', 'tsx/cjs', __filename, String(index), sim.url];
			const { stdout } = await run(process.execPath, args, { cwd: repoRoot, timeout: 300_000 });
			const { ms, bytes, items } = JSON.parse(stdout.slice(stdout.lastIndexOf('{'))) as Measured;
			rows.push(atMost(`${what}: memory`, bytes / MB, budget, 'MB'));
			rows.push(information('  time, items', `${(ms / 1000).toFixed(1)} s, ${items}`));
		}
	} finally {
		await sim.stop();
	}
	return rows;
}

interface Measured {
	ms: number;
	bytes: number;
	items: number;
}

/** In the process of its own. */
async function measure({ resource, operation, parameters, items = 1, bytes }: Job, url: string) {
	// n8n-core is for this process alone, and so is the built package.
	const load = createRequire(__filename);
	const { binaryItem, chain, runWorkflow } = load(
		'../support/harness.cts',
	) as typeof import('../support/harness.cts');
	const built = createRequire(join(repoRoot, 'dist', 'package.json'));
	const make = <T,>(path: string, name: string) =>
		new (built(path) as Record<string, new () => T>)[name]();
	const wecom = make<INodeType>('./nodes/Wecom/Wecom.node.js', 'Wecom');
	const api = make<ICredentialType>('./credentials/WecomApi.credentials.js', 'WecomApi');
	const file = { data: Buffer.alloc(bytes ?? 0, 'large '), fileName: 'a.bin', mimeType: 'x/y' };
	const input = bytes
		? [await binaryItem({}, { data: file })]
		: Array.from({ length: items }, (_, index) => ({ json: { index } }));
	const credential = credentialData({ url });
	global.gc?.();
	const before = process.memoryUsage().rss;
	let most = before;
	const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
	const start = Date.now();
	const done = await runWorkflow({
		nodeTypes: { [WECOM]: wecom },
		credentialTypes: [api],
		credentials: { c1: credential },
		nodes: [
			{
				name: 'WeCom',
				type: WECOM,
				parameters: { resource, operation, ...parameters } as never,
				credentials: { wecomApi: 'c1' },
			},
		],
		connections: chain('WeCom'),
		items: input,
	});
	const ms = Date.now() - start;
	clearInterval(watch);
	if (done.error) throw done.error;
	const measured: Measured = {
		ms,
		bytes: Math.max(most, process.memoryUsage().rss) - before,
		items: done.items('WeCom').length,
	};
	process.stdout.write(JSON.stringify(measured), () => process.exit());
}

if (require.main === module) void measure(JOBS[Number(process.argv[2])], process.argv[3]);
