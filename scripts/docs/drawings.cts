/**
 * Drawings of WeCom's console (docs/images/console-*.svg): where each value is found, and which field of n8n it belongs into.
 * They are schemas, not screenshots, so that they stay right when the console changes its looks.
 */

interface Row {
	/** The label as the console shows it. */
	zh: string;
	en: string;
	/** What stands there: a value, or a button in brackets. */
	value?: string;
	/** What happens with it: the field of n8n it is copied into, or what to do there. */
	to?: string;
}

interface Drawing {
	/** The end of the address in the console, where it is known. */
	address?: string;
	/** The way through the menu, Chinese and English. */
	menu: Array<[zh: string, en: string]>;
	rows: Row[];
	/** What the arrows lead to. */
	target: string;
}

const CREDENTIAL = 'WeCom API';
const APP: Array<[string, string]> = [
	['应用管理', 'App Management'],
	['自建', 'Self-built'],
	['您的应用', 'Your app'],
];

const DRAWINGS: Record<string, Drawing> = {
	'console-corp-id': {
		address: '#profile',
		menu: [
			['我的企业', 'My Company'],
			['企业信息', 'Company Information'],
		],
		rows: [
			{ zh: '企业简称', en: 'Short name', value: '云帆科技' },
			{ zh: '企业地址', en: 'Address', value: '…' },
			{ zh: '企业ID', en: 'Corp ID', value: 'ww1234567890abcdef', to: '企业ID · Corp ID' },
		],
		target: CREDENTIAL,
	},
	'console-app': {
		address: '#apps',
		menu: APP,
		rows: [
			{ zh: '可见范围', en: 'Visible range', value: '市场部 · 张三', to: '能发给谁 · whom' },
			{ zh: 'AgentId', en: 'Agent ID', value: '1000002', to: 'AgentId · Agent ID' },
			{ zh: 'Secret', en: 'read it on your phone', value: '[查看 View]', to: 'Secret' },
		],
		target: CREDENTIAL,
	},
	'console-receive': {
		address: '#apps',
		menu: [...APP, ['接收消息', 'Receive Messages'], ['设置API接收', 'Set API Receive']],
		rows: [
			{ zh: 'URL', en: '', value: 'https://n8n…/webhook/…', to: '← Production URL' },
			{ zh: 'Token', en: '', value: '[随机获取 Random]', to: 'Token' },
			{ zh: 'EncodingAESKey', en: '43', value: '[随机获取 Random]', to: 'EncodingAESKey' },
			{ zh: '☑ 用户发送的普通消息', en: 'user messages' },
			{ zh: '☐ 微信客服消息和事件', en: 'customer service' },
			{ zh: '', en: '', value: '[保存 Save]', to: '最后点 · last' },
		],
		target: '凭证、触发器 · in n8n',
	},
	'console-trusted-ip': {
		address: '#apps',
		menu: APP,
		rows: [
			{ zh: '网页授权及JS-SDK', en: 'Web Authorization', value: '已设置' },
			{ zh: '企业微信授权登录', en: 'WeCom Login', value: '未设置' },
			{
				zh: '企业可信IP',
				en: "Company's Trusted IP",
				value: '203.0.113.7 [配置]',
				to: '← from ip: 203.0.113.7',
			},
		],
		target: 'n8n · 60020',
	},
	'console-domain': {
		address: '#apps',
		menu: [...APP, ['网页授权及JS-SDK', 'Web Authorization']],
		rows: [
			{ zh: '可信域名', en: 'Trusted domain', value: 'n8n.example.com', to: '← Production URL' },
			{
				zh: '申请校验域名',
				en: 'Verify',
				value: 'WW_verify_a1B2.txt [下载]',
				to: '校验文件 · Verification',
			},
			{
				zh: '',
				en: '',
				value: 'https://n8n.example.com/WW_verify_a1B2.txt',
				to: '打开能看到 · opens',
			},
			{ zh: '状态', en: 'State', value: '已校验 verified' },
		],
		target: 'WeCom Login Trigger',
	},
	'console-login': {
		address: '#apps',
		menu: [...APP, ['企业微信授权登录', 'WeCom Login']],
		rows: [
			{ zh: 'Web网页', en: 'Web page', value: '[设置授权回调域]' },
			{ zh: '授权回调域', en: 'Callback domain', value: 'n8n.example.com', to: '← Production URL' },
		],
		target: 'WeCom Login Trigger',
	},
	'console-callable': {
		menu: [
			['客户与上下游', 'Customers and Upstream'],
			['客户联系', 'Customer Contact'],
			['客户 > API', 'Customers > API'],
		],
		rows: [
			{ zh: '可调用应用', en: 'Callable apps', value: '☑ 您的应用', to: '否则 · else 48002' },
			{
				zh: '外部联系人变更回调',
				en: 'Customer changes',
				value: '☑ 您的应用',
				to: '触发事件 · Trigger On',
			},
			{ zh: '权限配置', en: 'Permissions', value: '市场部 · 张三', to: '否则 · else 84074' },
		],
		target: 'n8n',
	},
	'console-contact-sync': {
		menu: [
			['安全与管理', 'Security and Management'],
			['管理工具', 'Management Tools'],
			['通讯录同步', 'Contact Sync'],
		],
		rows: [
			{ zh: 'API接口同步', en: 'API', value: '已开启 · 可编辑' },
			{ zh: 'Secret', en: 'read it on your phone', value: '[查看 View]', to: 'Secret' },
			{ zh: '企业可信IP', en: 'Trusted IP', value: '203.0.113.7', to: '← n8n 的 IP' },
			{
				zh: '接收事件服务器',
				en: 'Event server',
				value: 'URL · Token · EncodingAESKey',
				to: 'Token, EncodingAESKey',
			},
		],
		target: 'WeCom API (2)',
	},
	'console-archive': {
		menu: [
			['安全与管理', 'Security and Management'],
			['管理工具', 'Management Tools'],
			['会话内容存档', 'Chat Archive'],
		],
		rows: [
			{ zh: '开启存档的成员', en: 'Members', value: '张三 · 李四' },
			{
				zh: 'Secret',
				en: 'read it on your phone',
				value: '[查看 View]',
				to: 'ARCHIVE_SECRET_FILE',
			},
			{ zh: '可信IP', en: 'Trusted IP', value: '203.0.113.7', to: '← bridge 的 IP' },
			{ zh: '消息加密公钥', en: 'Public key', value: '[设置] 版本号 1', to: '私钥 · keys/1.pem' },
			{
				zh: '接收事件服务器',
				en: 'Event server',
				value: 'URL · Token · EncodingAESKey',
				to: 'WeCom Trigger',
			},
		],
		target: 'Chat archive bridge',
	},
	'console-bot': {
		menu: [
			['安全与管理', 'Security and Management'],
			['管理工具', 'Management Tools'],
			['智能机器人', 'AI Bot'],
			['API模式', 'API Mode'],
		],
		rows: [
			{ zh: '连接方式', en: 'Connection', value: '◉ 长连接   ○ URL回调' },
			{ zh: 'Bot ID', en: '', value: 'aibXXXXXXXX', to: 'Bot ID' },
			{ zh: 'Secret', en: '', value: '[获取 Get]', to: 'Secret' },
		],
		target: 'WeCom AI Bot API',
	},
};

const WIDTH = 860;
const TOP = 40;
const LINE = 46;
const MENU = 190;
const RIGHT = 640;

/** Every drawing by its file below docs/images. */
export function renderDrawings(): Map<string, string> {
	return new Map(
		Object.entries(DRAWINGS).map(([name, drawing]) => [`${name}.svg`, render(drawing)]),
	);
}

function render({ address, menu, rows, target }: Drawing): string {
	const height = TOP + 30 + Math.max(menu.length, rows.length + 0.6) * LINE;
	const where = menu.map(([zh]) => zh).join(' > ');
	const said = rows.filter(({ to }) => to).map(({ zh, value, to }) => `${zh || value}: ${to}`);
	return `${[
		`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif">`,
		`<title>${escape(`${where}. ${said.join('; ')}`)}</title>`,
		box(0.5, 0.5, WIDTH - 1, height - 1, '#ffffff', '#c9d1d9', 8),
		`<path d="M1 ${TOP}V8.5a8 8 0 0 1 8-8H${WIDTH - 9}a8 8 0 0 1 8 8V${TOP}Z" fill="#eef2f7"/>`,
		text(16, 26, '企业微信管理后台', 15, '#1f2328', 'bold'),
		text(150, 26, `WeCom admin console ${address ?? ''}`, 13, '#57606a'),
		`<rect x="1" y="${TOP}" width="${MENU}" height="${height - TOP - 8}" fill="#f6f8fa"/>`,
		...menu.map((entry, index) => menuEntry(entry, index, index === menu.length - 1)),
		box(RIGHT, TOP + 12, WIDTH - RIGHT - 14, height - TOP - 26, '#fff4ee', '#ff6d5a', 6),
		text(RIGHT + 12, TOP + 34, target, 13, '#c2410c', 'bold'),
		...rows.map(row),
		'</svg>',
	].join('\n')}\n`;
}

function menuEntry([zh, en]: [string, string], index: number, chosen: boolean): string {
	const y = TOP + 8 + index * LINE;
	const indent = 14 + index * 8;
	const mark = chosen ? box(6, y, MENU - 12, LINE - 6, '#dbeafe', '#dbeafe', 4) : '';
	return [
		mark,
		text(indent, y + 18, zh, 14, '#1f2328', chosen ? 'bold' : 'normal'),
		text(indent, y + 34, en, 11, '#57606a'),
	].join('');
}

function row({ zh, en, value = '', to }: Row, index: number): string {
	const y = TOP + 14 + (index + 0.5) * LINE;
	const left = MENU + 16;
	const parts = [
		text(left + 10, y + (en ? 16 : 23), zh, 14, '#1f2328'),
		text(left + 10, y + 32, en, 11, '#57606a'),
		text(
			zh ? left + 160 : left + 10,
			y + 23,
			value,
			13,
			/^\[|\]$/.test(value) ? '#0969da' : '#24292f',
		),
	];
	if (to) {
		const back = to.startsWith('←');
		const middle = y + 19;
		parts.unshift(box(left, y, RIGHT - left - 50, LINE - 8, '#f0fdf4', '#16a34a', 5));
		parts.push(
			`<path d="M${RIGHT - 48} ${middle}H${RIGHT + 4}" stroke="#16a34a" stroke-width="2"/>`,
			back
				? `<path d="M${RIGHT - 48} ${middle}l9 -5v10Z" fill="#16a34a"/>`
				: `<path d="M${RIGHT + 6} ${middle}l-9 -5v10Z" fill="#16a34a"/>`,
			text(RIGHT + 14, middle + 5, to.replace('← ', ''), 13, '#1f2328'),
		);
	}
	return parts.join('');
}

const box = (x: number, y: number, w: number, h: number, fill: string, line: string, r: number) =>
	`<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${r}" fill="${fill}" stroke="${line}"/>`;

const text = (x: number, y: number, words: string, size: number, fill: string, weight = 'normal') =>
	words &&
	`<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" font-weight="${weight}">${escape(words)}</text>`;

const escape = (words: string): string =>
	words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
