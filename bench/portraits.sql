-- The monthly facts that bench/portraits.py draws: per patron and month zero or a skewed count, students who come and leave.
-- Every number is a hash of whom and what it is drawn for, so that each run draws the same; {patrons} is how many seats there are.

create temp macro u(a, b, c) as (cast(hash(a, b, c) % 1000003 as double) + 0.5) / 1000003;
create temp macro drawn(who, term, month, what, share, mean) as case when u(who, term, what) < share
    then cast(floor(-ln(u(who, month, what)) * mean * pow(-ln(u(who, what, 'taste')), 1.3)) as bigint) else 0 end;
insert into ref.horizon by name select min(starts_on) as first_day, max(ends_on) as as_of from ref.term;
insert into ref.coverage_term by name select feed, term, count(*) as open_days, count(*) as covered_days, 1 as coverage, true as is_measured
    from ref.feed cross join ref.calendar_day where term is not null and is_open group by all;
insert into fact.roster by name with term as (select *, row_number() over (order by starts_on) - 1 as number from ref.term),
    college as (select *, row_number() over (order by college) - 1 as number, count(*) over () as colleges from ref.college),
    kind as (select * from (values ('bachelor', 'undergraduate', 4, 0, 0.6), ('master', 'postgraduate', 3, 0.6, 0.8),
        ('doctor', 'postgraduate', 4, 0.8, 0.88), ('staff', 'staff', 20, 0.88, 1)) as k (level, level_group, years, least, below)),
    seat as (select range as seat, kind.* from range({patrons}) join kind on u(range, 'level', 0) >= least and u(range, 'level', 0) < below),
    placed as (select *, number + 2 * cast(floor(u(seat, 'entry', 0) * years) as integer) as since from seat cross join term),
    person as (select *, md5(concat(seat, ' ', since // (2 * years))) as patron_key, since % (2 * years) as half from placed)
    select patron_key, term, level, level_group, college, discipline_group, 'main' as campus, half // 2 + 1 as study_year,
        case when level <> 'staff' then concat('major ', cast(floor(5 * u(patron_key, 'major', 0)) as integer)) end as major,
        case when level <> 'staff' then concat(year(starts_on - 180) - half // 2, '-', cast(floor(3 * u(patron_key, 'class', 0)) as integer)) end as class_group,
        case when level <> 'bachelor' then level when half < 4 then 'lower_undergraduate' else 'upper_undergraduate' end as stage,
        u(patron_key, term, 'here') > 0.02 as is_exposed, years as programme_length, half + 1 as term_number,
        level <> 'staff' and half < 2 as is_new, level <> 'staff' and half = 2 * years - 1 as is_graduating, false as is_extended
    from person join college on college.number = floor(pow(u(patron_key, 'college', 0), 1.5) * colleges);
insert into clean.enrolment by name select patron_key, 'active' as status, level, college, min(starts_on) as valid_from, max(ends_on) + 1 as valid_to
    from fact.roster join ref.term using (term) group by all;
create temp table month as with span as (select term, cast(date_trunc('month', day) as date) as month, count(*) as days from ref.calendar_day where term is not null and is_open group by all)
    select *, least(days, ceil(0.8 * visits)) as visit_days, u(patron_key, month, 'part') as part, cast(floor(visits * (60 + 120 * part)) as bigint) as minutes
    from (select patron_key, college, coalesce(major, '未知 unknown') as major, span.*, drawn(patron_key, span.term, month, 'visit', 0.7, 6) as visits,
        drawn(patron_key, span.term, month, 'loan', 0.4, 2) as loans, drawn(patron_key, span.term, month, 'seat', 0.3, 3) as bookings,
        drawn(patron_key, span.term, month, 'proxy', 0.5, 4) as pages, drawn(patron_key, span.term, month, 'event', 0.1, 1) as events,
        drawn(patron_key, span.term, month, 'ask', 0.05, 1) as questions, drawn(patron_key, span.term, month, 'help', 0.02, 2) as shifts from fact.roster join span using (term));
create temp table whole as select patron_key, term, college, major, cast(sum(visits) as bigint) as visits, cast(sum(loans) as bigint) as loans,
    cast(sum(pages) as bigint) as pages from month group by all;
insert into fact.visit_month by name select patron_key, term, month, visits, visit_days, visits as matched_visits, minutes as dwell_minutes,
    minutes as clocked_minutes, floor(minutes * part / 5) as night_minutes, floor(visits * part / 2) as weekend_visits,
    visits as timed_visits, floor(visits * part / 3) as early_visits from month where visits > 0;
insert into fact.presence_month by name select patron_key, term, month, visit_days as presence_days, floor(visit_days * (60 + 240 * part)) as presence_minutes from month where visits > 0;
insert into fact.loan_month by name select patron_key, term, month, loans, floor(loans * part) as renewals, floor(loans * part) as renewed_loans,
    loans as loans_due, floor(loans * part / 3) as loans_overdue, ceil(loans / 2) as loan_days from month where loans > 0;
insert into fact.booking_month by name select patron_key, term, month, bookings, floor(bookings * part / 3) as no_shows, bookings - no_shows as attended,
    floor(bookings * part / 5) as late_cancellations, 120 * attended as booked_minutes, 90 * attended as used_minutes,
    floor(bookings * part / 9) as room_bookings from month where bookings > 0;
insert into fact.resource_month by name select patron_key, term, month, 3 * pages as ten_minute_stretches, least(days, pages) as resource_days, pages as documents from month where pages > 0;
insert into fact.attendance_month by name select patron_key, term, month, events as events_registered, events as events_attended,
    0 as events_missed, 45 * events as training_minutes, 0 as untimed_trainings from month where events > 0;
insert into fact.consultation_month by name select patron_key, term, month, questions as recorded_consultations, 0 as noted_consultations from month where questions > 0;
insert into fact.contribution_month by name select patron_key, term, month, shifts, 2 * shifts as hours, 0 as untimed_shifts from month where shifts > 0;
insert into fact.visit_slot by name select patron_key, term, weekday, part_of_day, 1 + floor(visits * pow(u(patron_key, term, weekday || part_of_day), 4)) as visits
    from whole cross join (select range + 1 as weekday from range(7)) cross join (values ('morning'), ('afternoon'), ('evening')) as part (part_of_day)
    where visits > 0 and u(patron_key, term, part_of_day || weekday) < 0.4;
insert into fact.loan_term by name select patron_key, term, loans as ended_loans, 5 + floor(40 * u(patron_key, term, 'kept')) as loan_days_median,
    1 + loans // 4 as depth_max_run, loans as returns, loans // 2 as open_at_term_start from whole where loans > 0;
insert into fact.loan_class by name with class as (select *, row_number() over (order by class_code) - 1 as number, count(*) over () as classes
        from ref.class where class_scheme = 'clc' and class_code <> class_top), book as (select *, unnest(range(least(loans, 30))) as book from whole)
    select patron_key, term, college, major, class_scheme, class_top, class_code as class_second, count(*) as loans
    from book join class on number = (hash(college, major) % classes + cast(floor(pow(u(patron_key, term, book), 3) * classes) as bigint)) % classes group by all;
insert into fact.resource_host by name select distinct patron_key, term, concat('host ', floor(40 * u(patron_key, term, k))) as host, 1 as resource_days
    from (select *, unnest(range(least(pages, 8))) as k from whole);
insert into fact.active_day by name select patron_key, day, term, teaching_week from month join ref.calendar_day as calendar using (term)
    where month = date_trunc('month', day) and is_open and u(patron_key, day, 'day') < greatest(visit_days, loans, bookings, pages) / days;
