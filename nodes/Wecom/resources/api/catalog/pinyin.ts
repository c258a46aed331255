/** The first letters in pinyin of the characters in the Chinese names; one with two readings stands under both. */
const CHARACTERS: Record<string, string> = {
	a: '安按案',
	b: '班板版办包报备背本闭编变标表别宾拨播驳补布步部',
	c: '材菜参藏操册测查差场撤称成承程持充出初除础传创词次存重长',
	d: '答打代待单档导到道地的登等第电调掉订定动读短段断对多',
	e: '额二',
	f: '发返范方访放费分份否服付附复覆',
	g: '改盖感高告格个给更工公功共沟构购固挂关观管广规果过',
	h: '含好号何和核红后候呼互户花化话欢换回汇会惠慧活或获',
	j: '机基激级急集辑计记继加夹家嘉假架间检见件建健键交叫接结截解金紧进禁景静久旧居局举据卷',
	k: '卡开看康考可客课空控口库块款况',
	l: '拉来老类离里理历立联脸链量聊列临领令流陆录络落',
	m: '码吗忙么门密面描民敏名明命模末默目幕',
	n: '内能昵年暖',
	p: '排牌盘配朋批片票频品凭屏',
	q: '期企启起器迁签勤清情请区渠取去圈全权确群',
	r: '人认任日容如入',
	s: '三散扫删商上设申身审升生剩师时识实使始式事视试室是释收手受授属束数水司送搜素索',
	t: '台态讨提题天添条停通同统头投图推退调',
	w: '外完网微围维为未位温文问我务物',
	x: '析息席系细下闲线限箱详享响想向项像消销小校写新信型醒休修许序续选学巡询讯',
	y: '延研验样邀要钥业页一移已义议异译易意音银隐印应迎硬永用优邮游友余与语预域员原源远约月跃云',
	z: '在载则怎增长帐账找者整证政支知织直值职止址志制质智置中众重周主助注专转状资子字自总组作',
};

let known: Map<string, string> | undefined;

/** The letters a character may begin with; one that is not Chinese stands for itself. */
function lettersOf(character: string): string {
	if (!known) {
		known = new Map();
		for (const [letter, characters] of Object.entries(CHARACTERS))
			for (const one of characters) known.set(one, (known.get(one) ?? '') + letter);
	}
	return known.get(character) ?? character;
}

/** Where in a text the initials of its characters go like `typed`; -1 for nowhere. */
export function initialsOf(text: string, typed: string): number {
	const letters = [...text].map(lettersOf);
	const last = letters.length - typed.length;
	for (let at = 0; at <= last; at++)
		if ([...typed].every((letter, index) => letters[at + index].includes(letter))) return at;
	return -1;
}

/** Whether the initials of a character are known, for the tests. */
export const hasInitial = (character: string): boolean => lettersOf(character) !== character;
