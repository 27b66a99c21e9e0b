# ruff: noqa: E501 - sentences as reports have them
"""Made-up reports as plain content, from a seeded generator, so that decks are tested without a study."""

import numpy as np

from simkit.reporting.chart_style import marks
from simkit.reporting.content import (
    Block,
    ChartContent,
    Figure,
    Plot,
    Series,
    SummaryContent,
    TableContent,
    TableRow,
    TitledFigure,
)
from simkit.reporting.documents import Document, Section
from simkit.reporting.language import Narrator

WORDS = {
    "en": {
        "title": "City bank: seven ways to win lasting users of the wallet",
        "lead": "Which outreach strategy brings the most lasting users for its money, and how sure can the bank be of it before it pays for a pilot?",
        "names": ["Do nothing", "Cold door to door", "Appointments with a partner", "Community events", "Digital first", "Omnichannel", "Silver care"],
        "more": "Strategy {n}",
        "recommend": "Choose {best}: it is worth {gain} more than doing nothing.",
        "figures": ["Net value against doing nothing", "Lasting users more than when doing nothing", "Cost of the campaign"],
        "sure": [
            "Omnichannel beats the next best, Digital first, by CN¥214K (CN¥180K to CN¥248K); the interval does not include 0.",
            "20 runs per strategy on the same customers with the same luck; 95% intervals.",
            "Round brackets: how exactly these runs know the mean over luck and 8 samples of the uncertain rates. More runs narrow it.",
            "Square brackets: where the truth may lie as long as the rates are not known better. No number of runs narrows it, only data do.",
        ],
        "change": [
            "If fewer than 31% of visited customers are at home, Digital first becomes the better choice.",
            "A pilot of two weeks with 400 visits would settle the conversion at the door; it is worth up to CN¥120K.",
        ],
        "lasting": "Lasting users",
        "lasting_message": "{best} brings the most lasting users, 1,920 (1,850 to 1,990) more than Digital first",
        "gain_axis": "Lasting users more than when doing nothing",
        "gain_message": "Every strategy brings additional lasting users; {best} the most",
        "cost": "Cost of the campaign",
        "cost_message": "Digital first pays least for an additional lasting user: CN¥40 (CN¥38 to CN¥42)",
        "daily": "Active wallets among those opened in the campaign",
        "daily_message": "{best} ends with the most active wallets: 4,300 of 6,020 opened in 180 days",
        "days": "Days from 1 March 2026",
        "busy": "Share of paid time that is busy",
        "busy_message": "Busy share of paid time: field staff 41.0% to 78.0%; call seats 22.0% to 63.0%",
        "staff": ["Field staff", "Call seats"],
        "who": ["Because of the strategy", "Would have come anyway", "Lost to the strategy"],
        "who_message": "{name}, lasting users: 4,300 won by it, 1,500 who would have come anyway, 120 lost to it",
        "segments": ["Young", "White-collar", "Middle-aged", "Silver-haired"],
        "segment": "Segment",
        "summary": "Visits by appointment, calls to those who did not answer the door, and a reward for the first payment within a week.",
        "note": "20 runs per strategy; lines show the 95% interval of the mean. The interval covers luck, not the uncertainty of assumed rates.",
        "table": "Strategies compared (mean and 95% interval of 20 runs); in square brackets the interval with what is not known of the rates",
        "comparison": "Comparison",
        "strategy": "Strategy",
        "columns": ["Wallets opened", "First payment", "Lasting users", "Cost", "Cost per lasting user", "Staff utilisation", "Lasting users against doing nothing", "Net value against doing nothing"],
        "levers": "What the strategy changes",
        "provenance": {
            "Study": "city_bank_strategies",
            "Scenario": "city_bank",
            "Customers simulated": "100,000 (100.0% of the bank)",
            "Numbers by source (A official, B industry, C vendor, ASM assumed)": "A 41, B 63, C 22, ASM 118",
            "Seed": "20260301",
            "Runs per strategy": "20 replications × 1 draws",
            "Fingerprint of all runs": "9f2c41d07b6e" + "0" * 52,
            "Versions": "simkit 0.4, numpy 2.4.6, scipy 1.17.1, simpy 4.1.2, pandas 3.1.1, numba 0.63, python 3.11.7, matplotlib 3.11.2, papermill 2.7.0, nbconvert 7.17.2, zhplot 1.0",
        },
    },
    "zh": {
        "title": "城市银行：赢得数字钱包持续用户的七种策略",
        "lead": "哪种推广策略用同样的钱带来最多的持续用户？在投入试点之前，银行对这个结论能有多大把握？",
        "names": ["不作为", "陌生上门", "合作预约上门", "社区活动", "数字优先", "全渠道联动", "银发关怀"],
        "more": "策略{n}",
        "recommend": "选择{best}：比不做推广多创造 {gain} 的净价值。",
        "figures": ["比不做推广多出的净价值", "比不做推广多出的持续用户", "活动成本"],
        "sure": [
            "全渠道联动比排名第二的数字优先多 ¥21.4万（¥18.0万 至 ¥24.8万）；区间不含 0。",
            "每个策略在同样的客户、同样的运气下运行 20 次；区间为 95%。",
            "圆括号：这些运行对运气与 8 组不确定参数的均值了解得有多准，增加运行次数可使其变窄。",
            "方括号：在对参数没有更多了解之前，真值可能所在的范围，只有数据才能使其变窄。",
        ],
        "change": ["如果上门时在家的客户不足 31%，数字优先会成为更好的选择。", "为期两周、400 次上门的试点即可查明上门转化率；其信息价值最高 ¥12万。"],
        "lasting": "持续用户",
        "lasting_message": "{best}带来的持续用户最多，比数字优先多 1,920（1,850 至 1,990）",
        "gain_axis": "比不做推广多出的持续用户",
        "gain_message": "每个策略都带来新增持续用户；{best}最多",
        "cost": "活动成本",
        "cost_message": "数字优先获得一个新增持续用户的成本最低：¥40（¥38 至 ¥42）",
        "daily": "活动期间开户者中的活跃钱包",
        "daily_message": "{best}期末活跃钱包最多：180 天内开户 6,020 个，其中 4,300 个活跃",
        "days": "自 2026年3月1日 起的天数",
        "busy": "带薪时间中忙碌的比例",
        "busy_message": "带薪时间的忙碌比例：外拓人员 41.0% 至 78.0%；坐席 22.0% 至 63.0%",
        "staff": ["外拓人员", "坐席"],
        "who": ["因策略而来", "本来就会来", "因策略而失"],
        "who_message": "{name}的持续用户：因其而来 4,300，本来就会来 1,500，因其而失 120",
        "segments": ["年轻客群", "白领客群", "中年客群", "银发客群"],
        "segment": "客群",
        "summary": "预约上门，对未应门的客户电话跟进，并对一周内完成首笔支付者给予权益。",
        "note": "每个策略运行 20 次；线段为均值的 95% 区间。区间只反映运气，不含假设参数本身的不确定性。",
        "table": "策略比较（20 次运行的均值与 95% 区间）；方括号内为含参数未知部分的区间",
        "comparison": "比较",
        "strategy": "策略",
        "columns": ["开户数", "首笔支付", "持续用户", "成本", "单个持续用户成本", "人员利用率", "比不做推广多出的持续用户", "比不做推广多出的净价值"],
        "levers": "策略改动了什么",
        "provenance": {
            "研究": "city_bank_strategies",
            "情景": "city_bank",
            "模拟客户数": "10万（全行的 100.0%）",
            "参数来源（A 官方，B 行业，C 厂商，ASM 假设）": "A 41, B 63, C 22, ASM 118",
            "随机种子": "20260301",
            "每个策略的运行次数": "20 次重复 × 1 组抽样",
            "全部运行的指纹": "9f2c41d07b6e" + "0" * 52,
            "版本": "simkit 0.4, numpy 2.4.6, scipy 1.17.1, simpy 4.1.2, pandas 3.1.1, numba 0.63, python 3.11.7, matplotlib 3.11.2, papermill 2.7.0, nbconvert 7.17.2, zhplot 1.0",
        },
    },
}  # fmt: skip
_LASTING = (1_500, 2_400, 3_950, 3_200, 3_880, 5_800, 2_750)
_COST = (12_000, 310_000, 420_000, 190_000, 95_000, 610_000, 240_000)


def document(language, *, strategies=7, names=None, scale=1.0):
    """Return a made-up comparison with a section for each strategy; *scale* multiplies all that is counted."""
    return _Study(language, strategies, names, scale).document()


class _Study:
    def __init__(self, language, strategies, names, scale):
        self.language, self.words = language, WORDS[language]
        more = [self.words["more"].format(n=n) for n in range(len(self.words["names"]) + 1, strategies + 1)]
        self.names = names or [*self.words["names"], *more][:strategies]
        rng = np.random.default_rng(5)
        own = [rng.uniform(1, 5) for _ in self.names]
        self.lasting = [scale * (_LASTING[i] if i < len(_LASTING) else 1_500 * own[i]) for i in range(len(self.names))]
        self.cost = [scale * (_COST[i] if i < len(_COST) else 95_000 * own[i]) for i in range(len(self.names))]
        looks = marks([f"s{i}" for i in range(len(self.names))], "s0")
        self.colours = [looks[f"s{i}"].colour for i in range(len(self.names))]
        self.quantities = Narrator(language, {}, {}).quantities
        self.best = max(range(len(self.names)), key=lambda i: self.lasting[i])

    def estimate(self, value, unit="count", digits=0, *, wide=False):
        low, high = value - 0.04 * abs(value), value + 0.05 * abs(value)
        text, interval = self.quantities.interval_parts(value, low, high, unit, digits)
        square = f"[{interval[1:-1]}]" if wide else ""
        return Figure(
            text=text, interval=interval, wide=square, value=value, low=low, high=high, unit=unit, digits=digits
        )

    def intervals(self, values):
        return {
            "values": tuple(values),
            "low": tuple(value - 0.04 * abs(value) for value in values),
            "high": tuple(value + 0.05 * abs(value) for value in values),
        }

    def document(self):
        words = self.words
        best = self.names[self.best]
        blocks = [
            Block(self.summary(best), None),
            Block(self.table(), None),
            self.chart(
                "lasting-users", words["lasting"], words["lasting_message"].format(best=best), self.lasting_plot()
            ),
            self.chart(
                "incremental-lasting-users",
                words["gain_axis"],
                words["gain_message"].format(best=best),
                self.gain_plot(),
            ),
            self.chart("cost-against-lasting-users", words["cost"], words["cost_message"], self.cost_plot()),
            self.chart("daily-curves", words["daily"], words["daily_message"].format(best=best), self.daily_plot()),
            self.chart("staff-utilisation", words["busy"], words["busy_message"], self.busy_plot()),
        ]
        sections = [Section(words["comparison"], words["lead"], blocks)]
        for i, name in enumerate(self.names):
            who = self.chart("who-gains", words["lasting"], words["who_message"].format(name=name), self.who_plot(i))
            lever = TableRow(title="field.teams", cells=(Figure(text="4"), Figure(text="12")))
            levers = TableContent(
                heading=words["levers"], caption=words["levers"], header=("a", "b", "c"), rows=(lever,) * 150
            )
            sections.append(Section(name, words["summary"], [Block(levers, None), who]))
        return Document(words["title"], words["lead"], self.language, sections, words["provenance"])

    def summary(self, best):
        units = ("CNY", "count", "CNY")
        values = (1_400_000.0, self.lasting[self.best] - self.lasting[0], self.cost[self.best])
        figures = [self.estimate(value, unit, wide=True) for value, unit in zip(values, units, strict=True)]
        return SummaryContent(
            recommendation=self.words["recommend"].format(best=best, gain=figures[0].text + figures[0].interval),
            figures_of=f"{best}:",
            figures=tuple(TitledFigure(title=t, figure=f) for t, f in zip(self.words["figures"], figures, strict=True)),
            sure=tuple(self.words["sure"]),
            change=tuple(self.words["change"]),
        )

    def table(self):
        kinds = (
            ("count", 2.2),
            ("count", 1.5),
            ("count", 1),
            ("CNY", 300),
            ("CNY", 0.05),
            ("share", 0.0001),
            ("count", 0.4),
            ("CNY", 700),
        )
        rows = [
            TableRow(
                title=name,
                cells=tuple(self.estimate(factor * value, unit, 3 if unit == "share" else 0) for unit, factor in kinds),
            )
            for name, value in zip(self.names, self.lasting, strict=True)
        ]
        header = (self.words["strategy"], *self.words["columns"])
        return TableContent(
            heading=self.words["comparison"], caption=self.words["table"], header=header, rows=tuple(rows)
        )

    def chart(self, name, heading, message, plot):
        columns = [series.name for series in plot.series]
        categories = plot.categories or columns
        rows = [
            TableRow(
                title=category,
                cells=tuple(self.estimate(series.values[i] or 0.0) for series in plot.series if i < len(series.values)),
            )
            for i, category in enumerate(categories)
        ]
        numbers = TableContent(heading="", caption=message, header=(self.words["segment"], *columns), rows=tuple(rows))
        alt = f"{message}. " + "; ".join(categories)
        return Block(
            ChartContent(
                name=name,
                heading=heading,
                message=message,
                note=self.words["note"],
                alt=alt,
                numbers=numbers,
                plot=plot,
            ),
            None,
        )

    def lasting_plot(self):
        series = Series(
            name=self.words["lasting"],
            colour=self.colours[1],
            point_colours=tuple(self.colours),
            **self.intervals(self.lasting),
        )
        return Plot(
            kind="bars",
            horizontal=True,
            categories=tuple(self.names),
            series=(series,),
            x_title=self.words["lasting"],
            x_unit="count",
        )

    def gain_plot(self):
        gains = [value - self.lasting[3] for value in self.lasting]
        series = Series(
            name=self.words["lasting"],
            colour=self.colours[1],
            point_colours=tuple(self.colours),
            **self.intervals(gains),
        )
        return Plot(
            kind="bars",
            horizontal=True,
            categories=tuple(self.names),
            series=(series,),
            x_title=self.words["gain_axis"],
            x_unit="count",
        )

    def cost_plot(self):
        series = [
            Series(
                name=name,
                colour=colour,
                x=(cost,),
                x_low=(cost * 0.97,),
                x_high=(cost * 1.03,),
                **self.intervals([lasting]),
            )
            for name, colour, cost, lasting in zip(self.names, self.colours, self.cost, self.lasting, strict=True)
        ]
        units = {"x_title": self.words["cost"], "x_unit": "CNY", "y_title": self.words["lasting"], "y_unit": "count"}
        return Plot(kind="points", series=tuple(series), **units)

    def daily_plot(self):
        days = tuple(float(day) for day in range(180))
        series = [
            Series(name=name, colour=colour, x=days, **self.intervals([end * (1 - np.exp(-day / 60)) for day in days]))
            for name, colour, end in zip(self.names, self.colours, self.lasting, strict=True)
        ]
        return Plot(
            kind="lines", series=tuple(series), x_title=self.words["days"], y_title=self.words["daily"], y_unit="count"
        )

    def busy_plot(self):
        shares = [
            [0.41 + 0.03 * i % 0.5 for i in range(len(self.names))],
            [None if i % 3 == 0 else 0.22 + 0.05 * i % 0.4 for i in range(len(self.names))],
        ]
        series = [
            Series(
                name=name,
                colour=self.colours[1 + place],
                values=tuple(values),
                low=tuple(None if v is None else v * 0.95 for v in values),
                high=tuple(None if v is None else v * 1.05 for v in values),
            )
            for place, (name, values) in enumerate(zip(self.words["staff"], shares, strict=True))
        ]
        return Plot(
            kind="bars",
            horizontal=True,
            categories=tuple(self.names),
            series=tuple(series),
            x_title=self.words["busy"],
            x_unit="share",
        )

    def who_plot(self, i):
        parts = [[self.lasting[i] * share * sign for share in (0.2, 0.25, 0.3, 0.25)] for sign in (0.7, 0.3, -0.03)]
        colours = (self.colours[i], "#d4d4d4", "#5b2a2a")
        series = [
            Series(name=n, colour=c, values=tuple(v)) for n, c, v in zip(self.words["who"], colours, parts, strict=True)
        ]
        return Plot(
            kind="stacked_bars",
            horizontal=True,
            categories=tuple(self.words["segments"]),
            series=tuple(series),
            x_title=self.words["lasting"],
            x_unit="count",
        )
