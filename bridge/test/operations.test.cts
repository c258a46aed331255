/** The operations of the WeCom node that go through the bridge. */
import type { IDataObject } from 'n8n-workflow';
import { WecomChatArchiveApi } from '../../credentials/WecomChatArchiveApi.credentials';
import { wecomChatArchiveApiTest } from '../../nodes/shared/chatArchive/credentialTest';
import { Wecom } from '../../nodes/Wecom/Wecom.node';
import { http } from '../../test/support/http.cts';
import { binaryBytes, runWorkflow } from '../../test/support/harness.cts';
import { Lab, text, withCompiler } from './support.cts';

const TYPE = 'n8n-nodes-wecom-kit.wecom';

withCompiler()('Chat Archive in the WeCom node', () => {
	let lab: Lab;
	beforeEach(async () => {
		lab = new Lab();
		lab.store.addKey(1);
		await lab.start();
	});
	afterEach(async () => await lab.stop());

	const run = async (operation: string, parameters: IDataObject = {}, json: IDataObject = {}) =>
		await runWorkflow({
			nodeTypes: { [TYPE]: new Wecom() },
			credentialTypes: [new WecomChatArchiveApi()],
			credentials: { archive: { bridgeUrl: lab.bridge.url, bridgeToken: lab.bridge.token } },
			nodes: [
				{
					name: 'WeCom',
					type: TYPE,
					parameters: { resource: 'chatArchive', operation, ...parameters },
					credentials: { wecomChatArchiveApi: 'archive' },
				},
			],
			items: [{ json }],
		});
	const seqs = async (parameters: IDataObject) => {
		const result = await run('getArchivedMessages', parameters);
		if (result.error) throw result.error;
		return result.json('WeCom').map(({ wecom }) => Number((wecom as IDataObject).seq));
	};

	test('Get Archived Messages: after, until, limit, all', async () => {
		lab.store.add(...Array.from({ length: 1005 }, (_, i) => ({ content: text(`t${i}`) })));
		expect(await seqs({ returnAll: true })).toHaveLength(1005);
		expect(await seqs({ limit: 3 })).toEqual([1, 2, 3]);
		expect(await seqs({ after: '1003', limit: 50 })).toEqual([1004, 1005]);
		expect(await seqs({ after: 10, returnAll: true, additionalFields: { until: '12' } })).toEqual([
			11, 12,
		]);
		expect((await run('getArchivedMessages', { after: 'x' })).error?.message).toBe(
			"'After' is not the 'wecom.seq' of a message",
		);
		expect((await run('getNewestPosition')).json('WeCom')).toEqual([{ seq: '1005' }]);
	});

	test('a key that is missing is a failure that says which, not a shorter list', async () => {
		lab.store.addKey(2, { heldBack: true });
		lab.store.add({ content: text('one'), version: 1 }, { content: text('two'), version: 2 });
		expect(await seqs({ limit: 1 })).toEqual([1]);
		const { error } = await run('getArchivedMessages', { returnAll: true });
		expect(error).toMatchObject({
			message: expect.stringContaining('no file 2.pem'),
			description: expect.stringContaining('Put the private key'),
		});
	});

	test('Download Media: the file of an item, by its own values', async () => {
		const md5sum = lab.store.addFile('photo', Buffer.from('a photo'));
		const media = [{ sdkfileid: 'photo', md5sum, fileName: 'image.jpg' }];
		const fields = {
			sdkfileid: '={{ $json.wecom.media[0].sdkfileid }}',
			md5sum: '={{ $json.wecom.media[0].md5sum }}',
			fileName: '={{ $json.wecom.media[0].fileName }}',
		};
		const result = await run('downloadMedia', fields, { wecom: { media } });
		const [item] = result.items('WeCom');
		expect(item.json).toEqual({ fileName: 'image.jpg', mimeType: 'image/jpeg', bytes: 7 });
		expect((await binaryBytes(item, 'data')).toString()).toBe('a photo');
		expect((await run('downloadMedia', fields)).error?.message).toContain("'SDK File ID' is empty");
		expect((await run('downloadMedia', { sdkfileid: 'expired1' })).error).toMatchObject({
			message: expect.stringContaining('older than five days'),
			description: 'Fetch files within five days.',
		});
	});

	test('the test of the credential says what a person has to do', async () => {
		const test = async (change: IDataObject = {}) =>
			await wecomChatArchiveApiTest.call(
				{
					helpers: {
						request: async ({
							url,
							qs,
							headers,
						}: {
							url: string;
							qs: Record<string, string>;
							headers: Record<string, string>;
						}) => {
							const { status, ...rest } = await http(`${url}?${new URLSearchParams(qs)}`, {
								headers,
							});
							return { ...rest, statusCode: status };
						},
					},
				} as never,
				{ data: { bridgeUrl: lab.bridge.url, bridgeToken: lab.bridge.token, ...change } } as never,
			);
		expect(await test()).toEqual({ status: 'OK', message: 'The bridge reads the archive' });
		expect(await test({ bridgeToken: 'x'.repeat(40) })).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('does not accept the Bridge Token'),
		});
		expect(await test({ bridgeUrl: 'http://127.0.0.1:9' })).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('cannot be reached'),
		});
		lab.store.script('GetChatData json {"errcode":301042,"errmsg":"from ip: 203.0.113.7"}');
		expect(await test()).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(/does not trust the IP.*The address is 203\.0\.113\.7\./),
		});
		lab.store.writeKey(2, 'hello');
		expect(await test()).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('2.pem holds no private key'),
		});
	});
});
