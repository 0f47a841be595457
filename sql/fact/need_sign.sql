-- What the services of the catalogue look at beyond the portrait, for each person in scope in each term.
--
-- Zero means nothing was done; empty, that it was not measured.  Loans are those of fact.loan_kind, without the sensitive
-- classes.  Ranks are among readers of the same level group and discipline group in the term, from the site's
-- smallest peer group on.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- check own_share_is_a_share: own_share between 0 and 1

with booked as (
    select
        booking.patron_key,
        calendar.term,
        count(*) filter (where booking.space_type = 'group_room' and booking.attendance <> 'cancelled') as group_room_bookings,
        count(*) filter (where booking.space_type = 'training' and booking.attendance <> 'cancelled') as training_room_bookings,
        count(*) filter (where booking.space_type = 'studio' and booking.attendance <> 'cancelled') as studio_bookings,
        count(*) filter (where booking.space_type = 'media' and booking.attendance <> 'cancelled') as media_bookings,
        count(*) filter (where booking.status = 'denied') as bookings_denied
    from clean.booking as booking
    join ref.calendar_day as calendar on booking.service_date = calendar.day
    where booking.patron_key is not null and calendar.term is not null
    group by booking.patron_key, calendar.term
),

trained as (
    select attended.patron_key, calendar.term, count(*) as trainings
    from clean.attendance as attended
    join ref.calendar_day as calendar on attended.held_on = calendar.day
    where attended.event_type = 'training' and attended.attendance = 'attended' and calendar.term is not null
    group by attended.patron_key, calendar.term
),

measured as (
    select
        term,
        max(case when feed = 'loan' and is_measured then 1 else 0 end) = 1 as has_loans,
        max(case when feed = 'space' and is_measured then 1 else 0 end) = 1 as has_spaces,
        max(case when feed = 'event' and is_measured then 1 else 0 end) = 1 as has_events
    from ref.coverage_term
    group by term
),

drawn as (
    select
        roster.patron_key,
        roster.term,
        roster.level_group,
        roster.discipline_group,
        roster.college,
        roster.class_group,
        presence.presence_hours,
        field.own_share,
        field.own_share_before,
        case when measured.has_loans and read.loans >= 5 then read.classes end as classes,
        case when measured.has_loans then coalesce(read.art_loans, 0) end as art_loans,
        case when measured.has_loans then coalesce(read.heritage_loans, 0) end as heritage_loans,
        case when measured.has_spaces then coalesce(booked.group_room_bookings, 0) end as group_room_bookings,
        case when measured.has_spaces then coalesce(booked.training_room_bookings, 0) end as training_room_bookings,
        case when measured.has_spaces then coalesce(booked.studio_bookings, 0) end as studio_bookings,
        case when measured.has_spaces then coalesce(booked.media_bookings, 0) end as media_bookings,
        case when measured.has_spaces then coalesce(booked.bookings_denied, 0) end as bookings_denied,
        case when measured.has_events then coalesce(trained.trainings, 0) end as trainings
    from fact.roster as roster
    left join fact.presence as presence on roster.patron_key = presence.patron_key and roster.term = presence.term
    left join measured on roster.term = measured.term
    left join fact.loan_sign as read on roster.patron_key = read.patron_key and roster.term = read.term
    left join fact.field_share as field on roster.patron_key = field.patron_key and roster.term = field.term
    left join booked on roster.patron_key = booked.patron_key and roster.term = booked.term
    left join trained on roster.patron_key = trained.patron_key and roster.term = trained.term
),

ranked as (
    select
        drawn.*,
        case
            when presence_hours is not null and count(presence_hours) over peers >= site.peer_group
                then percent_rank() over (partition by drawn.term, level_group, discipline_group, presence_hours is null order by presence_hours)
        end as presence_rank,
        case
            when classes is not null and count(classes) over peers >= site.peer_group
                then percent_rank() over (partition by drawn.term, level_group, discipline_group, classes is null order by classes)
        end as classes_rank,
        case
            when own_share is not null and count(own_share) over peers >= site.peer_group
                then percent_rank() over (partition by drawn.term, level_group, discipline_group, own_share is null order by own_share)
        end as own_rank,
        count(trainings) over class as class_size,
        count(*) filter (where trainings > 0) over class as class_trained
    from drawn
    cross join ref.site as site
    window
        peers as (partition by drawn.term, level_group, discipline_group),
        class as (partition by drawn.term, college, class_group)
)

select
    patron_key,
    term,
    presence_rank,                                          -- 在馆时长位次 | rank of hours of presence | share of the peers who were here less
    own_share,
    own_share_before,
    own_rank,                                               -- 本学科占比位次 | rank of the own-field share | share of the peers who have less
    classes_rank,                                           -- 涉及大类位次 | rank of main classes | borrowed from; share of the peers who have fewer; from 5 loans on
    art_loans,                                              -- 艺术类借阅册次 | loans of art
    heritage_loans,                                         -- 文化历史类借阅册次 | loans of culture and history
    group_room_bookings,                                    -- 研讨间预约次数 | bookings of group rooms | not cancelled
    training_room_bookings,                                 -- 工作坊预约次数 | bookings of training rooms | not cancelled
    studio_bookings,                                        -- 创新空间预约次数 | bookings of studios | not cancelled
    media_bookings,                                         -- 影像空间预约次数 | bookings of media rooms | not cancelled
    bookings_denied,                                        -- 未约到次数 | bookings denied | wanted, but none was free
    trainings,                                              -- 参加培训次数 | trainings attended
    case
        when class_group is not null and class_size > 0 then cast(class_trained as double) / nullif(class_size, 0)
    end as class_trained_share                              -- 班级培训覆盖率 | share of the class trained | classmates of the term who attended a training; empty without a class
from ranked
