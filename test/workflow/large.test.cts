/** Large things: no stack overflows, nothing grows faster than what it works on. Memory and time are in `npm run bench`. */
import { parseReply } from '../../nodes/shared/protocol/reply';
import { splitMarkdown, splitText } from '../../nodes/shared/util/split';
import { addMembers, LARGE_MEMBERS, LARGE_TEXT } from '../bench/large-data.cts';
import { binaryBytes, binaryItem } from '../support/harness.cts';
import { itemsOf, runWecom, useSimulator } from './support.cts';

jest.setTimeout(120_000);
const simulator = useSimulator();
const files = () => simulator().requests.filter(({ path }) => path === '/export-file');

describe('a directory of 110,000 members', () => {
	const run = (parameters: object) => ({
		resource: 'directory',
		operation: 'export',
		parameters: { what: 'user', ...parameters } as never,
	});

	it('is exported whole', async () => {
		addMembers(simulator());
		const found = await itemsOf(simulator(), run({ returnAll: true }));
		expect(found.length).toBeGreaterThanOrEqual(LARGE_MEMBERS);
		expect(new Set(found.map(({ userid }) => userid)).size).toBe(found.length);
	});

	it('is read no further than the limit', async () => {
		addMembers(simulator());
		expect(await itemsOf(simulator(), run({ limit: 10 }))).toHaveLength(10);
		expect(files()).toHaveLength(1);
	});
});

describe('a text of 8 MB', () => {
	const id = '1234567890123456789';

	it.each([
		['of letters', LARGE_TEXT],
		['of what must be escaped', '\\"'.repeat(LARGE_TEXT.length / 2)],
		['that looks like numbers', `:${id},`.repeat(LARGE_TEXT.length / 21)],
		['of spaces', ' '.repeat(LARGE_TEXT.length)],
	])('%s in a reply', (_what, text) => {
		const reply = parseReply(`{"errcode":0,"text":${JSON.stringify(text)},"id":${id}}`);
		expect(reply?.text === text).toBe(true);
		expect(reply?.id).toBe(id);
	});

	it('in an answer of WeCom is an item', async () => {
		const rawBody = JSON.stringify({ errcode: 0, errmsg: 'ok', userid: 'a', name: LARGE_TEXT });
		simulator().control.inject({ path: '/cgi-bin/user/get', rawBody });
		const [{ name }] = await itemsOf(simulator(), {
			resource: 'member',
			operation: 'get',
			parameters: { userid: 'a', simplify: false },
		});
		expect(name === LARGE_TEXT).toBe(true);
	});

	it('as an error of WeCom is an error', async () => {
		const errmsg = `${' '.repeat(LARGE_TEXT.length)}x`;
		const rawBody = JSON.stringify({ errcode: 60111, errmsg });
		simulator().control.inject({ path: '/cgi-bin/user/get', rawBody });
		const { error } = await runWecom(simulator(), {
			resource: 'member',
			operation: 'get',
			parameters: { userid: 'a' },
		});
		expect(error?.message).toContain('(60111)');
	});

	it.each([splitText, splitMarkdown])('is split: %p', (split) => {
		const text = '这是一句话。And **one more**, with words.\n'.repeat(30_000);
		expect(split(text, 2048).length).toBeGreaterThan(500);
	});
});

it('10,000 items come out in order', async () => {
	const items = Array.from({ length: 10_000 }, (_, index) => ({ json: { index } }));
	const run = await runWecom(simulator(), {
		resource: 'login',
		operation: 'buildAuthorizationUrl',
		parameters: {
			where: 'inApp',
			redirect_uri: 'https://app.example.com/in',
			state: '={{ String($json.index) }}',
		},
		items,
	});
	if (run.error) throw run.error;
	const states = run.json('WeCom').map(({ url }) => new URL(String(url)).searchParams.get('state'));
	expect(states).toEqual(items.map(({ json }) => String(json.index)));
});

it('a file of 50 MB goes up and comes down', async () => {
	const data = Buffer.alloc(50 << 20, 'fifty megabytes ');
	const [{ fileid }] = await itemsOf(simulator(), {
		resource: 'driveFile',
		operation: 'upload',
		parameters: { spaceid: 'SPACEID', fatherid: 'SPACEID' } as never,
		items: [await binaryItem({}, { data: { data, fileName: 'a.bin', mimeType: 'x/y' } })],
	});
	const run = await runWecom(simulator(), {
		resource: 'driveFile',
		operation: 'download',
		parameters: { fileid } as never,
	});
	if (run.error) throw run.error;
	expect((await binaryBytes(run.items('WeCom')[0])).equals(data)).toBe(true);
});
