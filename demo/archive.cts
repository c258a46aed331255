/** The chat archive in the demo: the real bridge, the stand-in for WeCom's library, and a conversation with a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	bridgeEnvironment,
	buildBridge,
	startBridge,
	type RunningBridge,
} from '../bridge/stand-in/running-bridge.cts';
import { ArchiveStore, findCompiler } from '../bridge/stand-in/stand-in.cts';
import { say } from '../test/support/child.cts';
import type { N8nRest } from '../test/support/n8n-rest.cts';
import type { Lifetime } from './lifetime.cts';

export const ARCHIVE_CREDENTIAL_NAME = 'WeCom Chat Archive (demo)';
/** The data table in which the workflow keeps its summaries. */
const SUMMARIES = 'Chat summaries';
/** What the scripted model says about it, and who is told. */
export const ARCHIVE_SUMMARY = 'A customer asks for a better price; a quotation was sent.';
export const SUPERVISOR = 'liuyang';
export const QUOTATION = { fileName: 'Quotation.txt', content: '100 chairs, 42,600.50 in all' };

const CUSTOMER = 'wmDemoCustomerOfTheArchive0001';

/** Starts the bridge; undefined where there is no C compiler for the stand-in. */
export async function startArchive(lifetime: Lifetime): Promise<RunningBridge | undefined> {
	if (!findCompiler()) {
		say('No C compiler: the chat archive is left out (install gcc to see it).');
		return undefined;
	}
	const store = new ArchiveStore(mkdtempSync(join(tmpdir(), 'wecom-kit-archive-')));
	lifetime.atEnd(() => rmSync(store.folder, { recursive: true, force: true }));
	store.addKey(1);
	store.add(...conversation(store).map((content) => ({ content })));
	buildBridge();
	const bridge = await startBridge(bridgeEnvironment(store));
	lifetime.atEnd(async () => await bridge.stop());
	return bridge;
}

function conversation(store: ArchiveStore): object[] {
	const file = Buffer.from(QUOTATION.content);
	const md5sum = store.addFile('demo-quotation', file);
	const message = (from: string, to: string, msgtype: string, content: object) => ({
		msgid: `${msgtype}-${from}_external`,
		action: 'send',
		from,
		tolist: [to],
		roomid: '',
		msgtime: Date.now(),
		msgtype,
		[msgtype]: content,
	});
	return [
		message(CUSTOMER, 'lisi', 'text', {
			content: 'Can you do anything about the price of the chairs?',
		}),
		message('lisi', CUSTOMER, 'file', {
			md5sum,
			filename: QUOTATION.fileName,
			fileext: 'txt',
			filesize: file.length,
			sdkfileid: 'demo-quotation',
		}),
		message('lisi', CUSTOMER, 'text', { content: 'This is the best we can do.' }),
	];
}

/** The credential of the workflow; the bridge is not there without a compiler, and then nothing is published either. */
export async function createArchiveCredential(
	rest: N8nRest,
	bridge?: RunningBridge,
): Promise<void> {
	await rest.createCredential(ARCHIVE_CREDENTIAL_NAME, 'wecomChatArchiveApi', {
		bridgeUrl: bridge?.url ?? 'http://127.0.0.1:8080',
		bridgeToken: bridge?.token ?? '',
	});
}

/** The data table of the workflow, as a person makes it in n8n. */
export async function createSummaryTable(rest: N8nRest): Promise<void> {
	const { id } = await rest.call<{ id: string }>('GET', '/projects/personal');
	const columns = [
		{ name: 'summary', type: 'string' },
		{ name: 'people', type: 'string' },
		{ name: 'messages', type: 'number' },
	];
	await rest.call('POST', `/projects/${id}/data-tables`, { name: SUMMARIES, columns });
}
