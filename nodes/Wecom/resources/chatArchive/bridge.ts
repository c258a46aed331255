import { NodeOperationError, type IDataObject } from 'n8n-workflow';
import { Bridge, BridgeFailure } from '../../../shared/chatArchive/bridge';
import { archiveItem } from '../../../shared/chatArchive/messages';
import { toBinaryItem } from '../../engine/binary';
import { isOn } from '../../engine/convert';
import type { ItemContext, ItemOutput } from '../../engine/operation';
import { problem } from '../../engine/problem';
import { wantedCount } from '../../engine/runRow';

/** The operations that go through the chat archive bridge. */

const PAGE = 1000;
const SEQ = /^\d{1,20}$/;

/** Reads the messages after a seq, as the trigger gives them. */
export async function getMessages(item: ItemContext): Promise<IDataObject[]> {
	const { parseNested, until: last } = item.get<IDataObject>('additionalFields', {});
	const [until, nested] = [
		String(last ?? '').trim(),
		isOn(item, 'Parse Nested Contents', parseNested ?? false),
	];
	let after = String(item.get('after', '0')).trim() || '0';
	for (const [name, seq] of [
		['After', after],
		['Until', until || '0'],
	]) {
		if (!SEQ.test(seq))
			throw problem(
				item,
				`'${name}' is not the 'wecom.seq' of a message`,
				'Enter its digits, such as 1204.',
			);
	}
	return await asked(item, async (bridge) => {
		const messages: IDataObject[] = [];
		for (const wanted = wantedCount(item); messages.length < wanted; ) {
			const limit = Math.min(PAGE, wanted - messages.length);
			const page = await bridge.page({ after, limit, ...(until && { until }) });
			for (const one of page.messages) messages.push(archiveItem(one, nested));
			after = page.next;
			if (page.missingKey && messages.length < wanted) {
				const { message, todo } = page.missingKey;
				throw new BridgeFailure('missing_key', message.replace(/\.$/, ''), todo);
			}
			if (!page.more) break;
		}
		return messages;
	});
}

export async function getNewestPosition(item: ItemContext): Promise<IDataObject> {
	return await asked(item, async (bridge) => ({ seq: await bridge.newest() }));
}

/** Downloads a file of an archived message. */
export async function downloadChatMedia(item: ItemContext): Promise<ItemOutput> {
	const sdkfileid = String(item.get('sdkfileid')).trim();
	if (!sdkfileid)
		throw problem(
			item,
			"'SDK File ID' is empty",
			"Take it from 'wecom.media' of a message. A message without files has none there: filter those out before.",
		);
	const data = await asked(
		item,
		async (bridge) => await bridge.file(sdkfileid, String(item.get('md5sum')).trim()),
	);
	// Without a type: it follows from the name, else from the first bytes.
	const file = { data, fileName: String(item.get('fileName')), mimeType: '' };
	return await toBinaryItem(item, file, 'file');
}

/** Asks the bridge, and says in n8n's way what went wrong. */
async function asked<T>(item: ItemContext, ask: (bridge: Bridge) => Promise<T>): Promise<T> {
	const { context, itemIndex } = item;
	try {
		return await ask(await Bridge.open(context));
	} catch (error) {
		const { message, description } = error as BridgeFailure;
		throw new NodeOperationError(context.getNode(), message, { description, itemIndex });
	}
}
