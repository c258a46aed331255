/** The chat archive through a real n8n: the packed package, the bridge, and the stand-in for WeCom's library. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import {
	bridgeEnvironment,
	buildBridge,
	startBridge,
	type RunningBridge,
} from '../../bridge/stand-in/running-bridge.cts';
import { ArchiveStore, sampleMessages } from '../../bridge/stand-in/stand-in.cts';
import { withCompiler } from '../../bridge/test/support.cts';
import { outputItems, type Execution, type Item } from '../support/execution.cts';
import type { RunningN8n } from '../support/n8n.cts';
import { since } from '../support/n8n-release.cts';
import { N8nRest, type Credential } from '../support/n8n-rest.cts';
import { borrowN8n } from '../support/shared-n8n.cts';
import { repoRoot } from '../support/paths.cts';
import { until } from '../support/wait.cts';
import { chain, START_TIMEOUT, WECOM } from './support.cts';

const TRIGGER = 'n8n-nodes-wecom-kit.wecomChatArchiveTrigger';
const NODE = 'Archive';
const samples = sampleMessages(join(repoRoot, 'test/fixtures/chat-archive-samples.json'));

withCompiler()('the chat archive', () => {
	let store: ArchiveStore;
	let bridge: RunningBridge;
	let n8n: RunningN8n;
	let rest: N8nRest;
	let credential: Credential;

	beforeAll(async () => {
		buildBridge();
		store = new ArchiveStore(mkdtempSync(join(tmpdir(), 'wecom-kit-archive-')));
		store.addKey(1);
		bridge = await startBridge(bridgeEnvironment(store));
		n8n = await borrowN8n();
		rest = await N8nRest.connect(n8n);
		const { url, token } = bridge;
		credential = await rest.createCredential('Archive', 'wecomChatArchiveApi', {
			bridgeUrl: url,
			bridgeToken: token,
		});
	}, START_TIMEOUT);
	afterAll(async () => {
		await n8n?.stop();
		await bridge?.stop();
		rmSync(store.folder, { recursive: true, force: true });
	}, START_TIMEOUT);

	/** A published workflow that reads the archive. */
	async function publish(parameters: IDataObject): Promise<string> {
		const node = {
			name: NODE,
			type: TRIGGER,
			parameters: { events: ['*'], startFrom: 'oldest', ...parameters },
			credentials: { wecomChatArchiveApi: { id: credential.id, name: credential.name } },
		};
		const after = { name: 'Done', type: 'n8n-nodes-base.noOp' };
		const { id } = await rest.createWorkflow({
			name: 'Archive',
			nodes: [node, after],
			connections: chain(NODE, 'Done'),
		});
		await rest.activate(id);
		return id;
	}

	/** What an execution got, also one that n8n was killed in the middle of. */
	function given(execution: Execution): Item[] {
		const items = outputItems(execution, NODE);
		if (items.length > 0) return items;
		return execution.pending;
	}
	const seqOf = ({ json }: Item) => Number((json.wecom as IDataObject).seq);
	const position = async (id: string) => {
		const { data } = await rest.rawCredential(credential.id);
		const all = JSON.parse(String(data.positions || '{}')) as Record<
			string,
			{ after: string; to: string }
		>;
		return Object.entries(all).find(([key]) => key.startsWith(id))?.[1];
	};

	/** In batches of 25: n8n lists 100 executions at a time. More of both when somebody asks for it. */
	const MESSAGES = Number(process.env.WECOM_KIT_ARCHIVE_E2E ?? 600);
	const KILLS = MESSAGES > 600 ? 5 : 2;
	test(`n8n is killed again and again: ${MESSAGES} messages are ${MESSAGES} items`, async () => {
		expect(await rest.testCredential(credential.id)).toMatchObject({ status: 'OK' });
		store.fill(
			MESSAGES,
			samples.map(({ plain }) => plain),
		);
		const id = await publish({ options: { batchSize: 25 } });
		const read = async () => Number((await position(id))?.to ?? 0);
		for (let kill = 1; kill <= KILLS; kill++) {
			const wanted = (MESSAGES * kill) / (KILLS + 1);
			await until(`message ${wanted} is read`, async () => (await read()) >= wanted, {
				within: 60_000,
				every: 100,
			});
			await n8n.kill();
			if (kill === 1) {
				const { port } = new URL(bridge.url);
				await bridge.stop('SIGKILL');
				bridge = await startBridge(bridgeEnvironment(store, { PORT: port }));
			}
			await n8n.start();
			rest = await N8nRest.connect(n8n);
		}
		await until(
			'the end of the archive',
			async () => {
				const at = await position(id);
				return at?.after === String(MESSAGES) && at.to === at.after;
			},
			{ within: 120_000, every: 100 },
		);
		const list = await rest.listExecutions({ workflowId: id }, 100);
		const all = await Promise.all(list.map(async (one) => await rest.getExecution(one.id)));
		const emitted = all.flatMap(given).map(seqOf);
		// Older n8n has no keys of executions: what it had when it was killed may come again, and nothing is missing.
		const seqs = since('2.41') ? emitted : [...new Set(emitted)];
		expect([...seqs].sort((a, b) => a - b)).toEqual(
			Array.from({ length: MESSAGES }, (_, i) => i + 1),
		);
		await rest.deactivate(id);
	}, 300_000);

	test('a missing key: a failed execution says which file to add, and with it reading goes on', async () => {
		const start = String(await newest());
		const key = store.addKey(2, { heldBack: true });
		store.add({
			content: { msgid: 'sealed', action: 'send', msgtype: 'text', text: { content: 'sealed' } },
			version: 2,
		});
		const id = await publish({ startFrom: 'position', position: start });
		const [failed] = await rest.waitForExecutions(id, 1, 60_000);
		expect(failed.status).toBe('error');
		expect(failed.error?.message).toContain('there is no file 2.pem in KEYS_DIR');
		store.writeKey(2, key);
		const executions = await rest.waitForExecutions(id, 2, 60_000);
		const read = executions.filter(({ status }) => status === 'success');
		expect(read.flatMap(given).map(({ json }) => json.msgid)).toEqual(['sealed']);
		// The position and the token are nobody's business in the editor.
		const shown = JSON.stringify(await rest.getCredential(credential.id));
		expect(shown).not.toContain(bridge.token);
		expect(shown).not.toContain('begun');
	});

	/** A workflow with one operation of the WeCom node. */
	async function reader(operation: string): Promise<string> {
		const nodes = [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
			{
				name: 'WeCom',
				type: WECOM,
				parameters: { resource: 'chatArchive', operation },
				credentials: { wecomChatArchiveApi: { id: credential.id, name: credential.name } },
			},
		];
		const { id } = await rest.createWorkflow({
			name: operation,
			nodes,
			connections: chain('Start', 'WeCom'),
		});
		return id;
	}
	async function newest(): Promise<number> {
		const execution = await rest.execute(await reader('getNewestPosition'), 'Start');
		const [{ json }] = outputItems(execution, 'WeCom');
		return Number(json.seq);
	}
});
