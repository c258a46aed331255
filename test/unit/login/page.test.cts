import { createHash } from 'node:crypto';
import {
	htmlPage,
	loginPage,
	PAGE_HEADERS,
	PAGES,
	type PageName,
} from '../../../nodes/shared/login/page';

describe('the pages', () => {
	it.each(Object.keys(PAGES) as PageName[])(
		'%s: English and Chinese, a status that fits',
		(name) => {
			const { en, zh, status } = PAGES[name];
			const page = loginPage(name);
			for (const text of [...en, ...zh]) expect(page).toContain(text);
			expect(zh.join('')).toMatch(/[\u4e00-\u9fff]/);
			const fine = ['done', 'unanswered'].includes(name);
			expect(status).toBe(fine ? 200 : Math.max(400, status));
		},
	);

	it('load nothing, and their own style is the only one allowed', () => {
		const page = loginPage('refused', {
			code: 40029,
			again: 'https://n8n.example.com/webhook/login',
		});
		const style = /<style>(.*)<\/style>/s.exec(page)![1];
		const hash = createHash('sha256').update(style).digest('base64');
		const policy = PAGE_HEADERS['content-security-policy'];
		expect(policy).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
		expect(policy).toContain("frame-ancestors 'none'");
		expect(page).not.toMatch(/<script|<img|<link|\son\w+=|style=/i);
		expect(page).toContain('WeCom 40029');
		expect(PAGE_HEADERS).toMatchObject({
			'cache-control': 'no-store',
			'referrer-policy': 'no-referrer',
			'x-content-type-options': 'nosniff',
		});
	});

	it('show everything as text', () => {
		const evil = `"><script>alert('&')</script>`;
		const page = htmlPage(evil, [evil], {
			zh: [evil],
			code: evil,
			again: `https://a.example/?x=${evil}`,
		});
		expect(page).not.toContain('<script');
		expect(page.match(/&#60;script&#62;/g)).toHaveLength(6);
	});
});
