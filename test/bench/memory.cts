/** What 100,000 callbacks leave behind in a process of its own: opened, checked for repetition, stored, forgotten. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { run } from '../support/child.cts';
import { repoRoot } from '../support/paths.cts';
import { sealed, textMessage } from './callback.cts';
import { atMost, type Row } from './report.cts';

const CALLBACKS = 100_000;
/** By then the window of seen callbacks is full and the engine has compiled everything. */
const WARM_UP = 20_000;
const SCOPE = 'webhook|workflow|node';
const MB = 1 << 20;

interface Grown {
	heap: number;
	rss: number;
}

export async function memoryRows(): Promise<Row[]> {
	const args = ['--expose-gc', '-r', 'tsx/cjs', __filename];
	const { stdout } = await run(process.execPath, args, { cwd: repoRoot, timeout: 300_000 });
	const { heap, rss } = JSON.parse(stdout) as Grown;
	return [
		atMost('heap growth, callbacks 20,000 to 100,000', heap / MB, 2, 'MB', 2),
		atMost('  memory of the process for the same', rss / MB, 32, 'MB', 1),
	];
}

interface Window {
	claim: (scope: string, key: string, maxWaitMs: number) => Promise<string>;
	settle: (scope: string, key: string, stored: boolean) => void;
}

/** In the process of its own. */
async function measure(): Promise<Grown> {
	const built = createRequire(join(repoRoot, 'dist', 'nodes', 'shared', 'callback', 'envelope.js'));
	const { openCallback } = built('./envelope.js') as {
		openCallback: (input: object) => { ok: boolean; payload: object; plaintext: string };
	};
	const { callbackKey, DeliveryWindow } = built('./dedupe.js') as {
		callbackKey: (payload: object, plaintext: string) => string;
		DeliveryWindow: new () => Window;
	};
	const { parseEncodingAesKey } = built('./crypto.js') as {
		parseEncodingAesKey: (key: string) => Buffer;
	};
	const { token, encodingAesKey } = DEMO_APP.callback;
	const secrets = {
		token,
		aesKey: parseEncodingAesKey(encodingAesKey),
		receiveIds: [DEMO_CORP.corpid],
	};
	const window = new DeliveryWindow();
	const usage = () => {
		global.gc?.();
		const { heapUsed, rss } = process.memoryUsage();
		return { heap: heapUsed, rss };
	};
	let before = usage();
	for (let n = 1; n <= CALLBACKS; n++) {
		const { body, query } = sealed(textMessage(String(7_500_000_000_000_000_000n + BigInt(n))));
		const opened = openCallback({ ...secrets, rawBody: body, query });
		const key = callbackKey(opened.payload, opened.plaintext);
		if (!opened.ok || (await window.claim(SCOPE, key, 0)) !== 'first')
			throw new Error(`callback ${n} was not taken`);
		window.settle(SCOPE, key, true);
		if (n === WARM_UP) before = usage();
	}
	const after = usage();
	return { heap: after.heap - before.heap, rss: after.rss - before.rss };
}

if (require.main === module)
	void measure().then((grown) => process.stdout.write(JSON.stringify(grown)));
