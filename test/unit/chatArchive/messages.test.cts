import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { sampleMessages } from '../../../bridge/stand-in/stand-in.cts';
import type { ArchivedMessage } from '../../../nodes/shared/chatArchive/bridge';
import { archiveItem } from '../../../nodes/shared/chatArchive/messages';
import { parseJson } from '../../../nodes/shared/callback/json';
import { archiveFilter, wants } from '../../../nodes/WecomChatArchiveTrigger/filter';
import { repoRoot } from '../../support/paths.cts';

const samples = sampleMessages(path.join(repoRoot, 'test/fixtures/chat-archive-samples.json'));
const archived = (plain: string): ArchivedMessage => {
	const read = parseJson(plain);
	if (!read.ok) throw new Error(read.reason);
	return {
		seq: '7',
		msgid: String(read.value.msgid),
		keyVersion: '1',
		message: read.value as IDataObject,
	};
};
const sample = (type: string): ArchivedMessage =>
	archived(samples.find((one) => one.type === type)!.plain);
const itemOf = (type: string, parseNested?: boolean) =>
	archiveItem(sample(type), parseNested) as IDataObject & { wecom: IDataObject };

describe('items', () => {
	it.each(samples.map(({ type, plain }) => [type, plain]))(
		'%s: the fields as WeCom wrote them, all digits kept',
		(_type, plain) => {
			const { wecom, ...message } = archiveItem(archived(plain));
			const digits = /: ?(\d{16,})/.exec(plain)?.[1];
			if (digits) expect(JSON.stringify(message)).toContain(`"${digits}"`);
			else expect(message).toEqual(JSON.parse(plain));
			expect(wecom).toMatchObject({
				seq: '7',
				keyVersion: '1',
				kind: message.msgtype ?? 'switch',
				external: String(message.msgid).endsWith('_external'),
			});
		},
	);

	it('a conversation has one ID, whoever writes', () => {
		const single = (from: string, to: string) =>
			archiveItem(
				archived(JSON.stringify({ msgid: 'a', from, tolist: [to], roomid: '', msgtype: 'text' })),
			);
		const chat = { type: 'single', id: 'LiSi|ZhangSan' };
		expect(single('ZhangSan', 'LiSi').wecom).toMatchObject({ chat });
		expect(single('LiSi', 'ZhangSan').wecom).toMatchObject({ chat });
		expect(itemOf('vote').wecom.chat).toEqual({
			type: 'group',
			id: 'wrQk7AAAAm2c9Xw0Vb6KfH1uTz5Yd8Rn',
		});
		expect(itemOf('switch').wecom.chat).toBeUndefined();
	});

	const files = (type: string) =>
		(itemOf(type).wecom.media as IDataObject[]).map((file) => [
			file.path,
			file.type,
			file.fileName,
			file.bytes,
		]);
	it('every file is named, wherever it is in the message', () => {
		expect(files('text')).toEqual([]);
		expect(files('image')).toEqual([['image', 'image', 'image.jpg', 70961]]);
		expect(files('voice')).toEqual([['voice', 'voice', 'voice.amr', 6810]]);
		expect(files('video')).toEqual([['video', 'video', 'video.mp4', 15169724]]);
		expect(files('emotion')).toEqual([['emotion', 'emotion', 'emotion.gif', 962604]]);
		expect(files('file')).toEqual([['file', 'file', 'Quotation.docx', 18181]]);
		expect(files('mixed').map(([at, type]) => [at, type])).toEqual([
			['mixed.item[1].content', 'image'],
		]);
		expect(files('note').map(([at, type]) => [at, type])).toEqual([
			['info.items[1].content', 'image'],
		]);
		expect(files('chatrecord').map(([at, type, name]) => [at, type, name])).toEqual([
			['chatrecord.item[1].content', 'image', 'image.jpg'],
			['chatrecord.item[2].content', 'file', 'a.pdf'],
			['chatrecord.item[3].content', 'video', 'video.mp4'],
		]);
		expect(files('meeting_voice_call')).toEqual([
			['meeting_voice_call', 'meeting_voice_call', 'meeting_voice_call', undefined],
		]);
		expect(files('voip_doc_share')).toEqual([
			['voip_doc_share', 'voip_doc_share', 'Welcome.pdf', 4400654],
		]);
		const [file] = itemOf('file').wecom.media as IDataObject[];
		expect(file).toMatchObject({
			sdkfileid: 'CtQBMzA2c2FtcGxlLWZpbGUAgEAAgEQBDQ2',
			md5sum: '18e93fc2ea884df23b3d2d3b8667b9f0',
		});
	});

	it('files in a record inside of a record are found too', () => {
		const inner = {
			type: 'ChatRecordFile',
			content: JSON.stringify({ sdkfileid: 'deep', filename: 'deep.pdf' }),
		};
		const record = { type: 'chatrecord', content: JSON.stringify({ title: 't', item: [inner] }) };
		const plain = JSON.stringify({
			msgid: 'a',
			msgtype: 'chatrecord',
			chatrecord: { title: 't', item: [record] },
		});
		expect(archiveItem(archived(plain)).wecom).toMatchObject({
			media: [
				{
					path: 'chatrecord.item[0].content.item[0].content',
					type: 'file',
					fileName: 'deep.pdf',
					sdkfileid: 'deep',
				},
			],
		});
	});

	it('nested contents are text as WeCom wrote them, and objects on demand', () => {
		const item = (given?: boolean) =>
			(itemOf('mixed', given).mixed as { item: IDataObject[] }).item[0];
		expect(item().content).toBe('{"content":"Hello [微笑]\\n"}');
		expect(item(true).content).toEqual({ content: 'Hello [微笑]\n' });
	});

	it('what people wrote stays text, whatever it looks like', () => {
		const content = '{"type":"image","content":"{\\"sdkfileid\\":\\"x\\"}","sdkfileid":"x"}';
		const plain = JSON.stringify({ msgid: 'a', msgtype: 'text', text: { content } });
		expect(archiveItem(archived(plain), true)).toMatchObject({
			text: { content },
			wecom: { media: [] },
		});
	});

	it('a message that could not be decrypted says why', () => {
		const failed = { code: 'wrong_key', message: 'why' };
		expect(archiveItem({ seq: '7', msgid: 'm', keyVersion: '2', failed })).toEqual({
			msgid: 'm',
			wecom: { seq: '7', keyVersion: '2', failed, text: undefined },
		});
	});
});

describe('filters', () => {
	const passing = (kinds: string[], filters: IDataObject = {}) => {
		const filter = archiveFilter(kinds, filters);
		return samples.filter(({ plain }) => wants(filter, archived(plain))).map(({ type }) => type);
	};

	it('types', () => {
		expect(passing(['*'])).toHaveLength(samples.length);
		expect(passing(['image', 'revoke', 'switch'])).toEqual(['image', 'revoke', 'switch']);
		expect(passing(['later'])).toEqual([]);
	});

	it('actions, chats, groups, people', () => {
		expect(passing(['*'], { actions: ['recall', 'switch'] })).toEqual(['revoke', 'switch']);
		expect(passing(['*'], { chats: 'external' })).toEqual(['text']);
		expect(passing(['*'], { chats: 'internal' })).toHaveLength(samples.length - 1);
		const groups = passing(['*'], { groups: 'x，wrQk7AAAAm2c9Xw0Vb6KfH1uTz5Yd8Rn' });
		expect(groups).toContain('vote');
		expect(groups).not.toContain('image');
		expect(passing(['*'], { people: 'wbQk7AAAAbot' })).toEqual(['markdown', 'news']);
		expect(passing(['switch'], { people: 'ZhangSan' })).toEqual(['switch']);
	});

	it('what could not be decrypted may be anything', () => {
		const filter = archiveFilter(['image'], { people: 'nobody' });
		expect(
			wants(filter, { seq: '1', msgid: 'm', keyVersion: '1', failed: { code: 'x', message: 'y' } }),
		).toBe(true);
	});
});
