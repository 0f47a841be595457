-- One row for each call number and each classification that the site uses, with the class that it says.
--
-- The string cannot tell its classification: R2/3 is a class of medicine in clc and in lcc another.  So each number is
-- read here once in every classification in use, and clean.loan takes the reading that its stock calls for.  A number
-- that is none of its classification has empty classes; it is never guessed.
--
-- Letters and figures in full width become plain ones and small letters capitals; subfield marks ($$h), a year or a word of
-- place before the number, and opening brackets are left off.
--
-- Of clc the second level is the letter and first figure, two letters within T, two figures where the list of classes
-- has them (B84, C93, K82, R73), and one class for the parts that only divide countries (I3/7, E3/7, D33/37, D73/77).
-- Of lcc it is the letters, those of a subclass that there is, the medical W and QS to QZ under W; of ddc the ten.
--
-- grain: call_number, class_scheme
-- check class_top_is_of_its_scheme: (class_scheme = 'clc' and regexp_matches(class_top, '^[A-KN-VXZ]$')) or (class_scheme = 'lcc' and regexp_matches(class_top, '^[A-HJ-NP-WZ]$')) or (class_scheme = 'ddc' and regexp_matches(class_top, '^[0-9]00$'))
-- check class_second_goes_with_class_top: (class_top is null) = (class_second is null)

with scheme as (
    select class_scheme from ref.site where class_scheme <> 'none'
    union
    select class_scheme from ref.class_scheme where class_scheme <> 'none'
),

number as (
    select call_number from raw.loan where call_number is not null
    union
    select call_number from clean.paired_loan where call_number is not null
),

folded as (
    select
        call_number,
        regexp_replace(
            translate(
                call_number,
                'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚabcdefghijklmnopqrstuvwxyz０１２３４５６７８９／：；．－＝（）［］＄【】—',
                'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:;.-=()[]$[]-'
            ),
            '[$][$][A-Z0-9]|[\t\r\n\x{00A0}\x{3000}]', ' ', 'g'
        ) as text
    from number
),

bare as (
    select
        call_number,
        regexp_replace(
            text,
            '^ *((19|20)[0-9][0-9]/ *|(REF|RES|PER|FOLIO|OVERSIZE|THESIS|BOUND)([.] *| +)|[一-鿿]+[ :/-]*)*[ \[(]*', '', 'g'
        ) as text
    from folded
),

read as (
    select
        scheme.class_scheme,
        bare.call_number,
        case scheme.class_scheme
            when 'clc' then regexp_extract(bare.text, '^([A-KN-SUVXZ]|T[BDEFGHJKLMNPQSUV]?)([0-9]|[-+/=:;.<>{"()]|\[|\]| *$| +[^A-Z ])', 1)
            when 'lcc' then regexp_extract(bare.text,
                '^(A[CEGIMNPSYZ]?|B[CDFHJLMPQRSTVX]?|C[BCDEJNRST]?|D[A-HJ-LP-UX]?|DAW|DJK|E|FC?|G[A-CEFNRTV]?|H[A-GJMNQSTVX]?|J[ACFJKLNQSVXZ]?|K([B-HJ-NP-WZ][A-Z]?)?|L[A-HJT]?|M[LT]?|N[A-EKX]?|P[A-HJ-NQ-TZ]?|Q[A-EHK-MPR-Z]?|R[A-GJ-MSTVXZ]?|S[BDFHK]?|T[AC-HJ-LNPR-TX]?|U[A-H]?|V[A-GKM]?|W[A-Z]?|ZA?) *[0-9][0-9]?[0-9]?[0-9]?([^0-9]|$)', 1
            )
            else ''
        end as letters,
        case scheme.class_scheme
            when 'clc' then regexp_extract(bare.text, '^[A-Z]+([0-9]+)', 1)
            when 'lcc' then regexp_extract(bare.text, '^[A-Z]+ *([0-9]+)', 1)
            else regexp_extract(bare.text, '^([0-9][0-9][0-9])([^0-9A-Z]|$)', 1)
        end as figures
    from scheme
    cross join bare
),

topped as (
    select
        class_scheme,
        call_number,
        letters,
        figures,
        concat(letters, figures) as code,
        case
            when class_scheme = 'ddc' and figures <> '' then concat(left(figures, 1), '00')
            when letters = '' then null
            when class_scheme = 'lcc' and regexp_matches(letters, '^(W|Q[S-Z])') then 'W'
            else left(letters, 1)
        end as class_top,
        case
            when regexp_matches(concat(letters, figures), '^T([0-9]|$)') then 1
            when regexp_matches(
                concat(letters, figures), '^(B8[0-4]|C9[1-7]|D[37][3-7]|F[45]9|H6[1-7]|J[125]9|K8[1-9]|N9[0-9]|Q[89][0-9]|R7[1-9])'
            ) then 3
            else 2
        end as width
    from read
)

select
    class_scheme,                                                             -- 分类法 | class scheme | clc, lcc or ddc
    call_number,                                                              -- 索书号 | call number | as it came
    class_top,                                                                -- 大类 | main class | of its classification; empty where the number cannot be read #aggregate #reading_class
    case
        when class_top is null then null
        when class_scheme = 'lcc' then letters
        when class_scheme = 'ddc' then concat(left(figures, 2), '0')
        when regexp_matches(code, '^[EI][3-7]') then concat(letters, '3/7')
        when regexp_matches(code, '^D3[3-7]') then 'D33/37'
        when regexp_matches(code, '^D7[3-7]') then 'D73/77'
        else left(code, width)
    end as class_second,                                                      -- 二级类 | second class | as the list of classes divides the main class #aggregate #reading_class
    case
        when class_top is null then null
        when class_scheme in ('lcc', 'ddc') then code
        when length(code) > width then left(code, width + 1)
    end as class_third                                                        -- 三级类 | third class | one figure more than the second; of lcc letters and whole number, of ddc three figures; empty where the number says no more #aggregate #reading_class
from topped
