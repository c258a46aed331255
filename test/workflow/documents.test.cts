/** Smart sheets, the drive and jobs over the directory: what is more than one call. */
import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { blockDigests } from '../../nodes/Wecom/resources/drive/upload';
import { listSearch } from '../../nodes/Wecom/resources/lists';
import { getSmartSheetColumns } from '../../nodes/Wecom/resources/smartSheet/records';
import { binaryBytes, binaryItem, runLoadOptions } from '../support/harness.cts';
import {
	byId,
	CONTACTS,
	credentialOf,
	credentialTypes,
	itemsOf,
	nodeTypes,
	runWecom,
	useSimulator,
	WECOM,
	type Run,
} from './support.cts';

const simulator = useSimulator();
const SHEET = '/cgi-bin/wedoc/smartsheet';
const bodies = (path: string) =>
	simulator()
		.requests.filter((request) => request.path === path && request.errcode === 0)
		.map(({ body }) => body as IDataObject);
const failure = async (run: Run) =>
	(await runWecom(simulator(), run)).error as (Error & { description?: string }) | undefined;

it('a form and an acquisition link are found by their addresses, too', async () => {
	const byUrl = (value: string) => ({ __rl: true, mode: 'url', value });
	const form: Run = { resource: 'form', operation: 'delete', parameters: {} };
	const address = 'https://doc.weixin.qq.com/forms/AbC-d_1?page=1';
	for (const given of [byUrl(address), byId('AbC-d_1'), 'AbC-d_1']) {
		form.parameters = { formid: given };
		await itemsOf(simulator(), form);
	}
	const deleted = bodies('/cgi-bin/wedoc/del_doc').map(({ formid }) => formid);
	expect(deleted).toEqual(Array(3).fill('AbC-d_1'));

	const link: Run = { resource: 'customerAcquisition', operation: 'delete' };
	link.parameters = { link_id: byUrl('https://work.weixin.qq.com/ca/cawcde-1?customer_channel=x') };
	await itemsOf(simulator(), link);
	expect(bodies('/cgi-bin/externalcontact/customer_acquisition/delete_link')).toEqual([
		{ link_id: 'cawcde-1' },
	]);
	link.parameters = { link_id: byUrl('https://example.com/') };
	expect((await failure(link))?.message).toContain('is an address that names none');
});

describe('Smart Sheet', () => {
	const column = (field_id: string, field_title: string, type: string, more: IDataObject = {}) => ({
		field_id,
		field_title,
		field_type: `FIELD_TYPE_${type}`,
		...more,
	});
	const options = [
		{ id: 'o1', text: '进行中', style: 1 },
		{ id: 'o2', text: '完成', style: 2 },
	];
	const COLUMNS = [
		column('f1', 'Name', 'TEXT'),
		column('f2', 'Amount', 'CURRENCY'),
		column('f3', 'Done', 'CHECKBOX'),
		column('f4', 'Due', 'DATE_TIME'),
		column('f5', 'State', 'SINGLE_SELECT', { property_single_select: { options } }),
		column('f6', 'Labels', 'SELECT', { property_select: { options } }),
		column('f7', 'Owner', 'USER'),
		column('f8', 'Link', 'URL'),
		column('f9', 'Phone', 'PHONE_NUMBER'),
		column('f10', 'Place', 'LOCATION'),
		column('f11', 'Number', 'AUTONUMBER'),
		column('f12', 'Sum', 'FORMULA'),
		column('f13', 'Photo', 'IMAGE'),
		column('f14', 'Papers', 'ATTACHMENT'),
		column('f15', 'Order', 'REFERENCE'),
	];
	const useColumns = () => simulator().control.setList(`${SHEET}/get_fields`, COLUMNS as never);
	const sheet = { docid: 'D1', sheet_id: byId('s1') };
	const write = (value: IDataObject, more: Partial<Run> = {}): Run => ({
		resource: 'smartSheet',
		operation: 'appendRecord',
		parameters: { ...sheet, columns: { mappingMode: 'defineBelow', value } },
		...more,
	});
	const loadOptions = async (
		run: Parameters<typeof runLoadOptions>[1],
		parameters: IDataObject = {},
	) =>
		await runLoadOptions(
			{
				nodeTypes,
				credentialTypes,
				credentials: { c1: credentialOf(simulator()) as never },
				node: {
					name: 'WeCom',
					type: WECOM,
					parameters: {
						resource: 'smartSheet',
						operation: 'appendRecord',
						...sheet,
						...parameters,
					} as never,
					credentials: { wecomApi: 'c1' },
				},
			},
			run,
		);

	it('knows the columns of the sheet', async () => {
		useColumns();
		const { fields } = (await loadOptions(async function () {
			return await getSmartSheetColumns.call(this);
		})) as { fields: IDataObject[] };
		expect(fields.map(({ id, type }) => [id, type])).toEqual([
			['Name', 'string'],
			['Amount', 'number'],
			['Done', 'boolean'],
			['Due', 'dateTime'],
			['State', 'options'],
			['Labels', 'string'],
			['Owner', 'string'],
			['Link', 'string'],
			['Phone', 'string'],
			['Place', 'array'],
			['Photo', 'array'],
			['Papers', 'array'],
		]);
		expect(fields[4].options).toEqual([
			{ name: '进行中', value: '进行中' },
			{ name: '完成', value: '完成' },
		]);
	});

	it('lists the sheets of the document', async () => {
		simulator().control.setList(`${SHEET}/get_sheet`, [{ sheet_id: 's1', title: 'Orders' }]);
		const { results } = (await loadOptions(async function () {
			return await listSearch.searchSheets.call(this);
		})) as { results: IDataObject[] };
		expect(results).toEqual([{ name: 'Orders', value: 's1' }]);
		expect(bodies(`${SHEET}/get_sheet`)[0]).toEqual({ docid: 'D1' });

		const docid = {
			__rl: true,
			mode: 'url',
			value: 'https://doc.weixin.qq.com/smartsheet/s3_A?tab=s1',
		};
		await loadOptions(
			async function () {
				return await listSearch.searchSheets.call(this);
			},
			{ docid },
		);
		expect(bodies(`${SHEET}/get_sheet`)[1]).toEqual({ docid: 's3_A' });
	});

	it('writes every kind of cell as WeCom wants it', async () => {
		useColumns();
		const place = [{ source_type: 1, id: 'x', latitude: '30', longitude: '104', title: 'A' }];
		await itemsOf(
			simulator(),
			write({
				Name: 'Order ]]> 1',
				Amount: '12.5',
				Done: true,
				Due: '2026-01-31T09:30:00Z',
				State: '完成',
				Labels: '进行中, neu',
				Owner: 'zhangsan,lisi',
				Link: 'https://example.com',
				Phone: 13800000000,
				Place: JSON.stringify(place),
				Number: 'ignored',
			}),
		);
		expect(bodies(`${SHEET}/add_records`)).toEqual([
			{
				docid: 'D1',
				sheet_id: 's1',
				key_type: 'CELL_VALUE_KEY_TYPE_FIELD_ID',
				records: [
					{
						values: {
							f1: [{ type: 'text', text: 'Order ]]> 1' }],
							f2: 12.5,
							f3: true,
							f4: '1769851800000',
							f5: [{ id: 'o2', text: '完成' }],
							f6: [{ id: 'o1', text: '进行中' }, { text: 'neu' }],
							f7: [{ user_id: 'zhangsan' }, { user_id: 'lisi' }],
							f8: [{ type: 'url', text: 'https://example.com', link: 'https://example.com' }],
							f9: '13800000000',
							f10: place,
						},
					},
				],
			},
		]);
	});

	it.each([
		[true, ['TRUE', 'Yes', '1', 1, true]],
		[false, ['False', 'NO', '0', 0, false]],
	])('writes a checkbox as %s', async (wanted, words) => {
		useColumns();
		const run = write({}, { items: words.map((Done) => ({ json: { Done } })) });
		run.parameters!.columns = { mappingMode: 'autoMapInputData', value: {} };
		await itemsOf(simulator(), run);
		expect(
			bodies(`${SHEET}/add_records`).map(({ records }) => (records as IDataObject[])[0].values),
		).toEqual(words.map(() => ({ f3: wanted })));
	});

	it('maps the fields of the items by name, and reads the columns once', async () => {
		useColumns();
		const items = ['a', 'b', 'c'].map((Name, index) => ({
			json: { Name, Amount: index, other: 'x' },
		}));
		const run = write({}, { items });
		run.parameters!.columns = { mappingMode: 'autoMapInputData', value: {} };
		const found = await itemsOf(simulator(), run);
		expect(found).toHaveLength(3);
		expect(
			bodies(`${SHEET}/add_records`).map(({ records }) => (records as IDataObject[])[0].values),
		).toEqual([
			{ f1: [{ type: 'text', text: 'a' }], f2: 0 },
			{ f1: [{ type: 'text', text: 'b' }], f2: 1 },
			{ f1: [{ type: 'text', text: 'c' }], f2: 2 },
		]);
		expect(bodies(`${SHEET}/get_fields`)).toHaveLength(1);
	});

	it('gives a column to the name that is exactly its own, else to the first like it', async () => {
		const more = [column('f16', '金额(元)', 'TEXT'), column('f17', 'Note', 'TEXT')];
		simulator().control.setList(`${SHEET}/get_fields`, [...COLUMNS, ...more] as never);
		const json = {
			'Name ': 'stray',
			Name: 'a',
			'\ufeffName': '',
			'金额(元)': '1',
			'金额（元）': '2',
			'\ufeffNote': 'first',
			' Note': 'second',
		};
		const run = write({}, { items: [{ json }] });
		run.parameters!.columns = { mappingMode: 'autoMapInputData', value: {} };
		await itemsOf(simulator(), run);
		const text = (words: string) => [{ type: 'text', text: words }];
		expect(bodies(`${SHEET}/add_records`)[0].records).toEqual([
			{ values: { f1: text('a'), f16: text('1'), f17: text('first') } },
		]);
	});

	it('updates a record', async () => {
		useColumns();
		const run = write({ State: 'o1' }, { operation: 'updateRecord' });
		run.parameters!.record_id = 'r1';
		expect(await itemsOf(simulator(), run)).toEqual([{ record_id: 'r1', State: '进行中' }]);
		expect(bodies(`${SHEET}/update_records`)[0].records).toEqual([
			{ record_id: 'r1', values: { f5: [{ id: 'o1', text: '进行中' }] } },
		]);
	});

	it('takes document and sheet by their addresses, however they are given', async () => {
		useColumns();
		const address = 'https://doc.weixin.qq.com/smartsheet/s3_AbC-d?scode=xyz&tab=q979lj&viewId=v1';
		const byUrl = (value: string) => ({ __rl: true, mode: 'url', value });
		for (const given of [byUrl(address), address, byUrl('s3_AbC-d')]) {
			const run = write({ Name: 'x' });
			Object.assign(run.parameters!, { docid: given, sheet_id: byUrl(address) });
			await itemsOf(simulator(), run);
		}
		const places = bodies(`${SHEET}/add_records`).map(({ docid, sheet_id }) => [docid, sheet_id]);
		expect(places).toEqual(Array(3).fill(['s3_AbC-d', 'q979lj']));

		const run = write({ Name: 'x' });
		run.parameters!.docid = byUrl('https://work.weixin.qq.com/');
		expect((await failure(run))?.message).toContain("'Document' is an address that names none");
	});

	describe('Append or Update Record', () => {
		const upsert = (column: string[] | null, items: IDataObject[]): Run => ({
			resource: 'smartSheet',
			operation: 'appendOrUpdateRecord',
			parameters: {
				...sheet,
				columns: { mappingMode: 'autoMapInputData', value: {}, matchingColumns: column },
				options: { concurrency: 5 },
			},
			items: items.map((json) => ({ json })),
		});
		const useRecords = (...values: IDataObject[]) =>
			simulator().control.setList(
				`${SHEET}/get_records`,
				values.map((cells, index) => ({ record_id: `r${index}`, values: cells })) as never,
			);
		const useReply = () =>
			simulator().control.setList(`${SHEET}/add_records`, [{ record_id: 'new' }]);

		it('changes the first record with the key, and adds what is missing once', async () => {
			useColumns();
			useReply();
			const text = (words: string) => ({ Name: [{ type: 'text', text: words }] });
			useRecords(text('a'), text('b'), text('b'));
			const found = await itemsOf(
				simulator(),
				upsert(
					['Name'],
					[
						{ Name: 'b', Amount: 1 },
						{ Name: 'c', Amount: 2 },
						{ Name: 'c', Amount: 3 },
					],
				),
			);
			expect(found.map(({ action, record_id }) => [action, record_id])).toEqual([
				['updated', 'r1'],
				['appended', 'new'],
				['updated', 'new'],
			]);
			expect(bodies(`${SHEET}/get_records`)).toEqual([
				expect.objectContaining({ field_titles: ['Name'] }),
			]);
			const ids = bodies(`${SHEET}/update_records`).map(
				({ records }) => (records as IDataObject[])[0].record_id,
			);
			expect(ids).toEqual(['r1', 'new']);
			expect(bodies(`${SHEET}/add_records`)).toHaveLength(1);
		});

		it.each([
			['Amount', 7, '7', 'r1'],
			['State', [{ id: 'o2', text: '完成' }], '完成', 'r1'],
			['Link', [{ type: 'url', text: 'x', link: 'https://a.example' }], 'https://a.example', 'r1'],
			['Owner', [{ user_id: 'zhangsan' }], 'zhangsan', 'r1'],
			['Due', '1769851800000', '2026-01-31T09:30:00Z', 'r1'],
			['Phone', '138', 138, 'r1'],
		])('matches on the column %s', async (title, cell, given, record_id) => {
			useColumns();
			useRecords({}, { [title]: cell as never });
			const [found] = await itemsOf(simulator(), upsert([title], [{ [title]: given }]));
			expect(found).toMatchObject({ record_id, action: 'updated' });
		});

		it.each([
			['no column to match on', null, { Name: 'x' }, 'No column is chosen to match on'],
			['several', ['Name', 'Amount'], { Name: 'x' }, 'Several columns are chosen to match on'],
			['one that is gone', ['Old'], { Name: 'x' }, "The sheet has no column 'Old'"],
			['an item without the key', ['Name'], { Amount: 3 }, "'Name' is empty"],
		])('refuses %s', async (_name, columns, item, message) => {
			useColumns();
			const error = await failure(upsert(columns, [item]));
			expect(error?.message).toBe(message);
			expect(error?.description).toBeTruthy();
		});
	});

	it.each([
		['a column that is not there', { Nmae: 'x' }, "The sheet has no column 'Nmae'"],
		[
			'text in a column of numbers',
			{ Amount: 'much' },
			"'Amount' is 'much' where WeCom needs a number",
		],
		[
			'a list in a column of numbers',
			{ Amount: [] },
			"'Amount' is '[]' where WeCom needs a number",
		],
		['truth', { Amount: true }, "'Amount' is 'true' where WeCom needs a number"],
		['infinity', { Amount: 'Infinity' }, "'Amount' is 'Infinity' where WeCom needs a number"],
		['blanks alone', { Amount: ' ', Done: ' ' }, 'There is no value for any column'],
		[
			'what is neither true nor false',
			{ Done: 'maybe' },
			"'Done' is 'maybe', which is neither true nor false",
		],
		['what is no date', { Due: 'soon' }, "'Due' is 'soon', which is not a date"],
		['nothing at all', {}, 'There is no value for any column'],
		['text in a column of places', { Place: 'here' }, "'Place' is not a JSON list of objects"],
		['a list of texts', { Place: ['here'] }, "'Place' is not a JSON list of objects"],
		['the same as JSON', { Photo: '["a.png"]' }, "'Photo' is not a JSON list of objects"],
	])('refuses %s', async (_name, value, message) => {
		useColumns();
		const error = await failure(write(value as IDataObject));
		expect(error?.message).toBe(message);
		expect(error?.description).toBeTruthy();
		expect(bodies(`${SHEET}/add_records`)).toEqual([]);
	});

	it('a record that was read can be changed and written back', async () => {
		useColumns();
		const values = {
			Name: [{ type: 'text', text: 'Order 1' }],
			Sum: [{ type: 'text', text: '12' }],
			Place: [{ source_type: 1, id: 'x', latitude: '30', longitude: '104', title: 'A' }],
			Photo: [{ id: 'i1', title: 'a.png', image_url: 'https://a.example/a.png' }],
			Papers: [{ name: 'a.pdf', size: 5, file_ext: 'pdf', file_id: 'F1' }],
			Order: ['r7'],
			Owner: [{ user_id: 'zhangsan' }, { tmp_external_userid: 'wo1', id_type: 2 }],
		};
		simulator().control.setList(`${SHEET}/get_records`, [{ record_id: 'r1', values }] as never);
		const [json] = await itemsOf(simulator(), {
			resource: 'smartSheet',
			operation: 'getManyRecords',
			parameters: sheet,
		});
		expect(json).toEqual({ record_id: 'r1', ...values, Name: 'Order 1' });
		const run = write({}, { operation: 'updateRecord', items: [{ json }] });
		run.parameters!.record_id = 'r1';
		run.parameters!.columns = { mappingMode: 'autoMapInputData', value: {} };
		await itemsOf(simulator(), run);
		const [record] = bodies(`${SHEET}/update_records`)[0].records as IDataObject[];
		expect(record.values).toEqual({
			f1: values.Name,
			f10: values.Place,
			f13: values.Photo,
			f14: values.Papers,
			f7: values.Owner,
		});
	});

	it('reads records over pages, with plain values or as they are', async () => {
		useColumns();
		const record = (index: number) => ({
			record_id: `r${index}`,
			values: {
				Name: [
					{ type: 'text', text: 'Order ' },
					{ type: 'text', text: String(index) },
				],
				Amount: index,
				Due: '1769851800000',
				State: [{ id: 'o2', text: '完成' }],
				Labels: [{ text: '进行中' }, { text: '完成' }],
				Owner: [{ user_id: 'zhangsan' }],
				Link: [{ type: 'url', text: 'x', link: 'https://example.com' }],
			},
		});
		const all = Array.from({ length: 1203 }, (_, index) => record(index));
		simulator().control.setList(`${SHEET}/get_records`, all as never);
		const read = (more: IDataObject) =>
			itemsOf(simulator(), {
				resource: 'smartSheet',
				operation: 'getManyRecords',
				parameters: { ...sheet, ...more },
			});
		expect(await read({ returnAll: true, simplify: false })).toEqual(all);
		const simple = await read({ limit: 2 });
		expect(simple).toEqual(
			[0, 1].map((index) => ({
				record_id: `r${index}`,
				Name: `Order ${index}`,
				Amount: index,
				Due: '2026-01-31T09:30:00.000Z',
				State: '完成',
				Labels: ['进行中', '完成'],
				Owner: ['zhangsan'],
				Link: 'https://example.com',
			})),
		);
	});
});

describe('Drive File', () => {
	const place = { spaceid: 'S1', fatherid: 'S1' };
	const upload = async (data: Buffer, more: IDataObject = {}) =>
		await itemsOf(simulator(), {
			resource: 'driveFile',
			operation: 'upload',
			parameters: { ...place, ...more },
			items: [
				await binaryItem({}, { data: { data, fileName: '报告.pdf', mimeType: 'application/pdf' } }),
			],
		});
	const download = async (fileid: unknown) =>
		await runWecom(simulator(), {
			resource: 'driveFile',
			operation: 'download',
			parameters: { fileid: String(fileid) },
		});

	it.each([
		['in one piece', 1000, ['file_upload']],
		[
			'in parts',
			(10 << 20) + 1,
			['file_upload_init', ...Array<string>(6).fill('file_upload_part'), 'file_upload_finish'],
		],
		[
			'in parts of which the last is whole',
			12 << 20,
			['file_upload_init', ...Array<string>(6).fill('file_upload_part'), 'file_upload_finish'],
		],
	])(
		'goes up %s and comes down as it was',
		async (_name, size, calls) => {
			const data = Buffer.alloc(size, 'WeCom drive ');
			const [{ fileid, file_name }] = await upload(data);
			expect(file_name).toBe('报告.pdf');
			const used = simulator()
				.requests.filter(({ errcode }) => errcode === 0)
				.map(({ path }) => path.split('/').pop()!)
				.filter((path) => path.startsWith('file_upload'));
			expect(used).toEqual(calls);
			const run = await download(fileid);
			if (run.error) throw run.error;
			const [item] = run.items('WeCom');
			expect(item.json).toEqual({ fileName: '报告.pdf', mimeType: 'application/pdf', bytes: size });
			expect((await binaryBytes(item)).equals(data)).toBe(true);
		},
		30_000,
	);

	it('sends no bytes that WeCom has already', async () => {
		const data = Buffer.alloc((10 << 20) + 5, 'again ');
		await upload(data);
		const before = simulator().requests.length;
		const [item] = await upload(data, { additionalFields: { fileName: 'copy.pdf' } });
		expect(item).toEqual({ fileid: expect.any(String), file_name: 'copy.pdf' });
		expect(
			simulator()
				.requests.slice(before)
				.map(({ path }) => path),
		).toEqual(['/cgi-bin/wedrive/file_upload_init']);
	}, 30_000);

	it('stores the file under the name of the form', async () => {
		const additionalFields = { fileName: '合同.pdf' };
		const [{ file_name }] = await upload(Buffer.from('some bytes'), { additionalFields });
		expect(file_name).toBe('合同.pdf');
		const numbered = { additionalFields: { fileName: '={{ 2026 }}' } };
		expect(await upload(Buffer.from('some bytes'), numbered)).toMatchObject([
			{ file_name: '2026.pdf' },
		]);
		expect(bodies('/cgi-bin/wedrive/file_upload')[0].file_name).toBe('合同.pdf');
	});

	it('says what to do when the link is refused', async () => {
		const [{ fileid }] = await upload(Buffer.from('some bytes'));
		simulator().control.inject({ path: '/drive-file', times: 1, status: 403, rawBody: 'no' });
		const { error } = await download(fileid);
		expect(error?.message).toBe('The file of the drive could not be downloaded (HTTP 403)');
		expect(error?.description).toMatch(/Run the node again, and check that the app may download/);
		simulator().control.inject({ path: '/drive-file', drop: true });
		const cut = (await download(fileid)).error;
		expect(cut?.message).toBe(
			'The file of the drive could not be downloaded (the connection was cut)',
		);
		// The link works without a token, so it is a secret.
		expect(JSON.stringify(cut)).not.toContain('/drive-file');
	});

	it('stores no error that comes in place of the file', async () => {
		const [{ fileid }] = await upload(Buffer.from('some bytes'));
		const rawBody = JSON.stringify({ errcode: 301025, errmsg: 'link expired' });
		simulator().control.inject({ path: '/drive-file', times: 1, rawBody });
		const { error } = await download(fileid);
		expect(error?.message).toBe('The drive refused the download: link expired (301025)');
	});

	it('refuses an empty file before anything is sent', async () => {
		const run = {
			resource: 'driveFile',
			operation: 'upload',
			parameters: place,
			items: [
				await binaryItem(
					{},
					{ data: { data: Buffer.alloc(0), fileName: 'a', mimeType: 'text/plain' } },
				),
			],
		};
		expect((await failure(run))?.message).toBe("The file in 'data' has 0 bytes");
	});
});

describe('the digests of parts (doc 98004)', () => {
	const data = Buffer.from(
		Array.from({ length: 64 * 1024 }, (_, index) => (index * 7 + (index >> 8)) & 255),
	);

	it('are states of SHA-1 in between, and the SHA-1 at the end', () => {
		// Computed with another implementation.
		expect(blockDigests([data, Buffer.from('tail')])).toEqual([
			'64769a0a84bcaed39cbd4b8b43de9b59cd8780d7',
			'cb734c02bd929dea6399c177582d934fcf2c3b2b',
		]);
	});

	it.each([0, 1, 55, 56, 63, 64, 119, 120, 1000])(
		'end with the SHA-1 of the whole, %i bytes in the last part',
		(size) => {
			const last = data.subarray(0, size);
			const digests = blockDigests([data, data, last]);
			expect(digests.at(-1)).toBe(
				createHash('sha1').update(data).update(data).update(last).digest('hex'),
			);
		},
	);
});

describe('Directory', () => {
	it.each([
		['user', 25, 'userid'],
		['simple_user', 25, 'userid'],
		['department', 8, 'id'],
	])('exports %s, decrypted, from all files', async (what, count, key) => {
		const found = await itemsOf(simulator(), {
			resource: 'directory',
			operation: 'export',
			parameters: { what, returnAll: true },
		});
		expect(found).toHaveLength(count);
		expect(new Set(found.map((one) => one[key])).size).toBe(count);
	});

	it('exports the members with a tag', async () => {
		const [{ tagid, userlist, partylist }] = simulator().state.tags;
		const found = await itemsOf(simulator(), {
			resource: 'directory',
			operation: 'export',
			parameters: { what: 'taguser', tagid: byId(tagid), returnAll: true },
		});
		expect(found).toHaveLength(userlist.length + partylist.length);
	});

	it('uses a key of its own every time', async () => {
		for (let runs = 0; runs < 2; runs++)
			await itemsOf(simulator(), {
				resource: 'directory',
				operation: 'export',
				parameters: { what: 'department', limit: 1 },
			});
		const keys = bodies('/cgi-bin/export/department').map(({ encoding_aeskey }) => encoding_aeskey);
		expect(new Set(keys).size).toBe(2);
	});

	it('imports a CSV file and gives the result of each row', async () => {
		const csv = Buffer.from('姓名,帐号\n张三,zhangsan\n李四,lisi\n');
		const found = await itemsOf(simulator(), {
			resource: 'directory',
			operation: 'import',
			app: CONTACTS,
			items: [
				await binaryItem(
					{},
					{ data: { data: csv, fileName: 'members.csv', mimeType: 'text/csv' } },
				),
			],
		});
		expect(found.map(({ userid, errcode }) => [userid, errcode])).toEqual([
			['zhangsan', 0],
			['lisi', 0],
		]);
		expect(bodies('/cgi-bin/batch/syncuser')[0]).toMatchObject({ to_invite: true });
	});

	it('does not wait if told so', async () => {
		const media_id = simulator().control.addMedia({
			filename: 'a.csv',
			base64: Buffer.from('a,b\n1,2').toString('base64'),
		});
		const parameters = { kind: 'replaceparty', media_id, wait: false };
		const found = await itemsOf(simulator(), {
			resource: 'directory',
			operation: 'import',
			parameters,
			app: CONTACTS,
		});
		expect(found).toEqual([{ jobid: expect.any(String) }]);
		expect(bodies('/cgi-bin/batch/replaceparty')[0]).toEqual({ media_id });
	});
});
