import type { ResourceMapperField } from 'n8n-workflow';
import {
	endpointFields,
	labelWidth,
	MAX_LABEL,
	nest,
} from '../../../nodes/Wecom/resources/api/catalog/form';
import type { CatalogField, Endpoint } from '../../../nodes/Wecom/resources/api/catalog/format';
import { endpoint, facts } from './facts.cts';

const form = async (id: string) => endpointFields(await endpoint(id));
const field = async (id: string, name: string) =>
	(await form(id)).find((it) => it.id === name) as ResourceMapperField;
const idsOf = (fields: ResourceMapperField[], choose: (it: ResourceMapperField) => boolean) =>
	fields.filter(choose).map(({ id }) => id);

/** The help text of a field, which may be part of objects: `schedule.start_time`. */
const helpOf = (fields: CatalogField[], path: string): string => {
	const [name, ...inner] = path.split('.');
	const { help, fields: own = [] } = fields.find((it) => it.name === name)!;
	return inner.length > 0 ? helpOf(own, inner.join('.')) : help;
};

describe('formFields', () => {
	it('shows what is required and offers the rest', async () => {
		const fields = await form('user.create');
		expect(idsOf(fields, (it) => it.required)).toEqual(['userid', 'name']);
		for (const { required, removed, display } of fields) {
			expect({ display, removed }).toEqual({ display: true, removed: !required });
		}
	});

	it('has a widget for each type', async () => {
		expect(await field('user.create', 'name')).toMatchObject({
			type: 'string',
			displayName: 'Name (1-64 characters)',
		});
		expect(await field('user.create', 'main_department')).toMatchObject({ type: 'number' });
		expect(await field('user.create', 'to_invite')).toMatchObject({ type: 'boolean' });
		expect(await field('user.create', 'department')).toMatchObject({
			type: 'string',
			displayName: 'Department IDs (List)',
		});
		expect(await field('message.send', 'template_card')).toMatchObject({ type: 'object' });
		expect(await field('wedoc.smartsheet.add_records', 'records')).toMatchObject({
			type: 'array',
			displayName: 'Records (JSON list)',
		});
	});

	it('offers known values by name, in the type WeCom takes', async () => {
		expect((await field('user.create', 'gender')).options).toEqual([
			{ name: 'Male', value: '1' },
			{ name: 'Female', value: '2' },
		]);
		expect((await field('user.create', 'enable')).options).toEqual([
			{ name: 'Disabled', value: 0 },
			{ name: 'Enabled', value: 1 },
		]);
	});

	it('opens objects up to two levels; what lies deeper is JSON', async () => {
		const ids = idsOf(await form('user.create'), () => true);
		expect(ids).toContain('external_profile.wechat_channels.nickname');
		expect(ids).toContain('extattr.attrs');
		expect(ids).not.toContain('external_profile');
		expect(await field('oa.schedule.add', 'schedule.start_time')).toMatchObject({
			required: true,
			displayName: 'Schedule: Start Time',
		});
		expect(await field('oa.schedule.add', 'schedule.reminders.is_remind')).toMatchObject({
			required: false,
		});
	});

	it('enters objects of the third level as JSON', async () => {
		const ids = idsOf(await form('wedoc.create_form'), () => true);
		expect(ids).toContain('form_info.form_setting.can_anonymous');
		expect(ids.filter((id) => id.split('.').length > 3)).toEqual([]);
		expect(
			await field('wedoc.create_form', 'form_info.form_setting.timed_repeat_info'),
		).toMatchObject({
			type: 'object',
		});
	});

	it('requires nothing of an optional object', async () => {
		expect(await field('message.send', 'text.content')).toMatchObject({ required: false });
		expect(
			(await endpoint('message.send')).fields.find(({ name }) => name === 'text'),
		).toMatchObject({
			required: false,
			fields: [{ name: 'content', required: true }],
		});
	});

	it('does not require what is required only sometimes', async () => {
		expect(await field('exmail.account.act_email', 'userid')).toMatchObject({ required: false });
	});

	it('does not require what says which page is wanted', async () => {
		expect(await field('oa.getapprovalinfo', 'new_cursor')).toMatchObject({ required: false });
		expect(await field('oa.getapprovalinfo', 'starttime')).toMatchObject({ required: true });
	});

	it('leaves the file of an upload to the caller', async () => {
		expect(idsOf(await form('media.upload'), () => true)).toEqual(['type']);
	});

	it('says behind a label what there is room for', () => {
		const labelOf = (given: Partial<CatalogField>) => {
			const field = { name: 'a', label: 'A', help: '', required: false, in: 'body', ...given };
			return endpointFields({ id: 'x', fields: [field] } as unknown as Endpoint)[0].displayName;
		};
		const keys = ['key', 'x'].map((name) => ({ name, required: name === 'x' }));
		const list = { type: 'object[]', fields: keys } as Partial<CatalogField>;
		expect(labelOf(list)).toBe('A (JSON list of x, key)');
		expect(labelOf({ ...list, label: 'Lines' })).toBe('Lines (JSON list)');
		expect(labelOf({ ...list, label: 'Lines of the whole text' })).toBe('Lines of the whole text');
		const time = { type: 'integer', help: 'Unix time in seconds, later than now' } as const;
		expect(labelOf({ ...time, label: 'At' })).toBe('At (Unix time in seconds)');
		expect(labelOf({ ...time, label: 'Start Time' })).toBe('Start Time (Unix time)');
		expect(labelOf({ label: '说明', type: 'string', help: '最多 40 个字节, 不能换行' })).toBe(
			'说明 (最多 40 个字节)',
		);
	});

	it('says no part of a help text that would be wrong or empty alone', () => {
		const hintOf = (help: string) => {
			const field = { name: 'a', label: 'A', type: 'string', help, required: false, in: 'body' };
			const [{ displayName }] = endpointFields({ id: 'x', fields: [field] } as unknown as Endpoint);
			return displayName.slice('A ('.length, -1);
		};
		expect(hintOf('Max. 100, default 50')).toBe('Max. 100, default 50');
		expect(hintOf('Unique, 6-64 bytes; lower case')).toBe('Unique, 6-64 bytes');
		for (const help of [
			'Required, except for new orders',
			'Default 100, max. 200; a page may hold fewer',
			'Default: can be shared with everyone',
			'Max. 14 days after the start time',
			'Give this or the meeting code',
			'If set, other groups are left out',
			'0: linked corporations; 1: upstream and downstream',
			'1 enables, 2 disables the account',
			'One of image, voice, video and file',
			'PNG or JPG within 5 MB, 1280*720',
			'Word, Excel or TXT template uploaded before',
			'IPv4 address or IPv6 address',
		])
			expect([help, hintOf(help)]).toEqual([help, '']);
	});

	it('has no misleading hint behind any of the labels', async () => {
		const misleading = [];
		let cut = 0;
		for (const { id } of facts) {
			const { fields } = await endpoint(id);
			for (const { id: path, displayName, type } of await form(id)) {
				const hint = /\((.*)\)( \[.*\])?$/.exec(displayName)?.[1];
				const help = helpOf(fields, path);
				if (!hint || !help.startsWith(hint) || help === hint || type === 'object') continue;
				cut++;
				const rest = help.slice(hint.length);
				const isWrong =
					!/^(, |; | in seconds)/.test(rest) ||
					/^, ([^\s;]+ ){0,3}(or|and) /.test(rest) ||
					/max$|^(Required|Default|If|When|Give|Set|One of|Max)\b|^\d+:/.test(hint) ||
					/^\d+ [a-z]+$/.test(hint);
				if (isWrong) misleading.push(`${id}: ${displayName}, of "${help}"`);
			}
		}
		expect(misleading).toEqual([]);
		expect(cut).toBeGreaterThan(100);
	});

	it('has labels that the editor shows whole, but where only a long path tells fields apart', async () => {
		const labels = (await Promise.all(facts.map(async ({ id }) => await form(id))))
			.flat()
			.map(({ displayName }) => displayName);
		const long = labels.filter((label) => labelWidth(label) > MAX_LABEL);
		expect(long.filter((label) => !label.includes(': ') && !label.includes(' ['))).toEqual([]);
		expect(long.length).toBeLessThan(labels.length * 0.06);
	});

	it('stays usable for all 806 endpoints', async () => {
		for (const { id } of facts) {
			const fields = await form(id);
			expect(fields.length).toBeLessThanOrEqual(65);
			const labels = fields.map(({ displayName }) => displayName);
			expect([id, ...new Set(labels)]).toEqual([id, ...labels]);
			const ids = fields.map((it) => it.id);
			expect(new Set(ids).size).toBe(ids.length);
			for (const { displayName, type, options } of fields) {
				expect(displayName.length).toBeLessThanOrEqual(120);
				expect(type === 'options').toBe(options !== undefined);
			}
		}
	});

	it('makes labels unique', () => {
		const twins = ['a', 'b'].map((name) => ({
			...{ name, label: 'Same', help: '', required: false },
			type: 'string' as const,
			in: 'body' as const,
		}));
		const labels = endpointFields({ id: 'x', fields: twins } as unknown as Endpoint).map(
			({ displayName }) => displayName,
		);
		expect(labels).toEqual(['Same [a]', 'Same [b]']);
	});
});

describe('nest', () => {
	it('turns dotted ids into objects and drops what is empty', () => {
		expect(
			nest({
				a: 1,
				'b.c': 2,
				'b.d.e': null,
				'b.f.g': 'x',
				'h.i': undefined,
				j: null,
				k: '',
				l: false,
			}),
		).toEqual({ a: 1, b: { c: 2, f: { g: 'x' } }, k: '', l: false });
	});

	it('adds dotted ids to an object given as a whole', () => {
		expect(nest({ a: { b: 1 }, 'a.c': 2 })).toEqual({ a: { b: 1, c: 2 } });
	});

	it('keeps ids that are no paths', () => {
		expect(nest({ '.a': 1 })).toEqual({ '.a': 1 });
	});

	it('touches no prototype', () => {
		const values = JSON.parse(
			'{"__proto__.polluted": 1, "constructor.prototype.polluted": 1, "a.__proto__.polluted": 1, "__proto__": {"polluted": 1}}',
		);
		const nested = nest(values);
		expect(({} as Record<string, unknown>).polluted).toBeUndefined();
		expect((Object as unknown as Record<string, unknown>).polluted).toBeUndefined();
		expect(Object.getPrototypeOf(nested)).toBe(Object.getPrototypeOf(nest({})));
		expect(Object.keys(nested).sort()).toEqual(['__proto__', 'a', 'constructor']);
	});
});
