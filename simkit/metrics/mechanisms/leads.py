"""Key figures of leads, routes and workplaces."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi, figure, kpi, tallied

_SCORE = (
    tallied("door_hours", "hours", "Hours at doors, ways included", "敲门工时（含路程）"),
    tallied("door_wallets", "count", "Wallets opened at doors", "敲门开户数", "higher"),
    kpi(
        "wallets_per_door_hour",
        "wallets/hour",
        "Wallets per hour at doors",
        "每敲门工时开户",
        "higher",
        2,
        ratio_of=("door_wallets", "door_hours"),
    ),
    tallied("doors_visited", "count", "Doors visited", "敲门次数"),
    tallied(
        "doors_of_likeliest", "count", "Doors of the quarter likeliest to open", "最可能开户四分之一客户的敲门次数"
    ),
    kpi(
        "door_aim",
        "share",
        "Share of doors that are the likeliest quarter's",
        "敲门命中最可能客群比例",
        "higher",
        3,
        ratio_of=("doors_of_likeliest", "doors_visited"),
    ),
    tallied("calls_made", "count", "Calls dialled", "外呼次数"),
    tallied(
        "calls_to_likeliest", "count", "Calls to the quarter likeliest to open", "最可能开户四分之一客户的外呼次数"
    ),
    kpi(
        "call_aim",
        "share",
        "Share of calls to the likeliest quarter",
        "外呼命中最可能客群比例",
        "higher",
        3,
        ratio_of=("calls_to_likeliest", "calls_made"),
    ),
)
_SOURCES = (
    tallied("leads", "count", "Leads", "线索数"),
    tallied("leads_property_company", "count", "Leads from property companies", "物业公司线索数"),
    tallied("leads_residents_committee", "count", "Leads from residents' committees", "居委会线索数"),
    tallied("leads_online_dwell", "count", "Leads from long looks online", "线上浏览线索数"),
    tallied("leads_branch", "count", "Leads from branches", "网点线索数"),
    tallied("leads_with_consent", "count", "Leads with consent", "已授权线索数"),
    kpi(
        "lead_consent",
        "share",
        "Share of leads with consent",
        "线索授权率",
        "higher",
        3,
        ratio_of=("leads_with_consent", "leads"),
    ),
    tallied("leads_contacted", "count", "Leads contacted by a person", "已跟进线索数", "higher"),
    tallied(
        "lead_contact_delay_days",
        "days",
        "Days from lead to first contact, all leads together",
        "线索首次跟进等待天数合计",
    ),
    kpi(
        "lead_contact_delay",
        "days",
        "Mean days from lead to first contact",
        "线索首次跟进平均天数",
        "lower",
        1,
        ratio_of=("lead_contact_delay_days", "leads_contacted"),
    ),
    tallied("lead_cost", "CNY", "Cost of leads", "线索成本", "lower"),
    kpi(
        "cost_per_lead_contact",
        "CNY",
        "Cost of leads per lead contacted",
        "单条跟进线索成本",
        "lower",
        1,
        ratio_of=("lead_cost", "leads_contacted"),
    ),
    tallied("lead_wallets", "count", "Wallets opened by leads at their first contact", "线索开户数", "higher"),
    kpi(
        "lead_conversion",
        "share",
        "Wallets per lead contacted",
        "线索转化率",
        "higher",
        3,
        ratio_of=("lead_wallets", "leads_contacted"),
    ),
)
_TYPES = (
    tallied("home_reach", "count", "Customers met at the door", "陌生上门面见人次"),
    tallied("appointment_reach", "count", "Customers met by appointment", "预约上门面见人次"),
    tallied("workplace_reach", "count", "Customers met at work", "工作场所面见人次"),
    tallied("event_reach", "count", "Customers met at events", "社区活动面见人次"),
    figure("home_cost", "CNY", "Cost of meeting customers at the door", "陌生上门成本"),
    figure("appointment_cost", "CNY", "Cost of meeting customers by appointment", "预约上门成本"),
    figure("workplace_cost", "CNY", "Cost of meeting customers at work", "工作场所拜访成本"),
    figure("event_cost", "CNY", "Cost of meeting customers at events", "社区活动成本"),
    kpi(
        "cost_per_home_contact",
        "CNY",
        "Cost per customer met at the door",
        "陌生上门单次面见成本",
        "lower",
        ratio_of=("home_cost", "home_reach"),
    ),
    kpi(
        "cost_per_appointment_contact",
        "CNY",
        "Cost per customer met by appointment",
        "预约上门单次面见成本",
        "lower",
        ratio_of=("appointment_cost", "appointment_reach"),
    ),
    kpi(
        "cost_per_workplace_contact",
        "CNY",
        "Cost per customer met at work",
        "工作场所单次面见成本",
        "lower",
        ratio_of=("workplace_cost", "workplace_reach"),
    ),
    kpi(
        "cost_per_event_contact",
        "CNY",
        "Cost per customer met at an event",
        "社区活动单次面见成本",
        "lower",
        ratio_of=("event_cost", "event_reach"),
    ),
)
_ROUTES = (
    tallied(
        "appointments_visited",
        "count",
        "Appointments at which a team called, no-shows included",
        "已上门预约数（含爽约）",
        "higher",
    ),
    tallied("appointments_unserved", "count", "Appointments never served", "未服务预约数", "lower"),
    tallied(
        "appointments_unserved_time",
        "count",
        "Not served: no team had time for the way",
        "未服务：路程时间不足",
        "lower",
    ),
    tallied(
        "appointments_unserved_window",
        "count",
        "Not served: nothing free in the wanted part of the day",
        "未服务：时间窗不符",
        "lower",
    ),
    tallied(
        "appointments_unserved_shift",
        "count",
        "Not served: nobody works at the wanted hours",
        "未服务：班次不覆盖",
        "lower",
    ),
    tallied(
        "appointments_unserved_capacity", "count", "Not served: all teams were full", "未服务：团队产能不足", "lower"
    ),
    tallied("appointments_postponed", "count", "Days by which appointments were put off", "预约顺延天数", "lower"),
    figure(
        "appointments_late",
        "count",
        "Appointments begun after the wanted part of the day",
        "超出时间窗的上门数",
        "lower",
    ),
    figure("ride_minutes", "minutes", "Minutes of rides to appointments and back to doors", "预约路程分钟", "lower"),
    kpi(
        "ride_minutes_per_appointment",
        "minutes",
        "Minutes of rides per appointment visited",
        "每次预约上门路程分钟",
        "lower",
        1,
        ratio_of=("ride_minutes", "appointments_visited"),
    ),
)
KPIS: tuple[Kpi, ...] = (*_SCORE, *_SOURCES, *_TYPES, *_ROUTES)
