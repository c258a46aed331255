import { fileNameOf, uploadRequest } from '../../../nodes/shared/client/files';

describe('uploadRequest', () => {
	const file = {
		data: Buffer.from([0, 1, 2, 255, 13, 10]),
		fileName: '季度 报告"1".pdf',
		mimeType: 'application/pdf',
	};
	const request = uploadRequest('/cgi-bin/media/upload', { type: 'file' }, file);
	const body = request.body as Buffer;

	it('writes the documented form, file name as raw UTF-8', () => {
		const boundary = /boundary=(.+)$/.exec(request.contentType!)![1];
		const expected = Buffer.concat([
			Buffer.from(
				`--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="季度 报告%221%22.pdf"; filelength=6\r\nContent-Type: application/pdf\r\n\r\n`,
			),
			file.data,
			Buffer.from(`\r\n--${boundary}--\r\n`),
		]);
		expect(body.equals(expected)).toBe(true);
		expect(file.data.includes(boundary)).toBe(false);
	});

	it.each(['fileName', 'mimeType'])('lets no %s add a header', (field) => {
		const evil = uploadRequest('/x', {}, { ...file, [field]: 'a"\r\nX-Evil: 1' }).body as Buffer;
		expect(evil.toString('latin1')).toContain('X-Evil');
		expect(evil.toString('latin1')).not.toMatch(/[\r\n]X-Evil/);
	});
});

describe('fileNameOf', () => {
	const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
	it.each([
		['attachment; filename="a.txt"', 'a.txt'],
		['attachment; filename=a.txt', 'a.txt'],
		[`attachment; filename="${latin1('报告.pdf')}"`, '报告.pdf'],
		['attachment; filename="x.pdf"; filename*=utf-8\'\'%E6%8A%A5%E5%91%8A.pdf', '报告.pdf'],
		["attachment; filename*=UTF-8''a%20b.txt", 'a b.txt'],
		['attachment; filename="ok.txt"; filename*=utf-8\'\'%E6%', 'ok.txt'],
		['attachment; filename="../../etc/passwd"', 'passwd'],
		['attachment; filename="caf\u00e9.txt"', 'caf\u00e9.txt'],
		['', ''],
	])('%j gives %j', (header, name) =>
		expect(fileNameOf({ 'content-disposition': header })).toBe(name),
	);
});
