"""Selectors that hold for many outlets, used after those of an outlet's family. Origin: pages really seen."""

TITLE = (
    "h1.detail-title", "[data-role=title]", "h1[data-slot=title]", "h1.title-detail", "h1.article__title", "h1.tit",
    "h1.content-detail-title", "h1.the-article-title", "h2.news_ttl", "h2#title_area", ".article-head-title",
    "h1.heading", "h3.heading", "h1[itemprop=headline]", "h1",
)
LEAD = (
    "[data-role=sapo]", "[data-slot=sapo]", ".article__sapo", "p.description", ".content-detail-sapo", ".sapo_detail",
    ".the-article-summary", "h2.detail-sapo", ".detail-sapo", "h2.sapo", ".midtitle_text", ".sub-tit-ll",
    "h2.subheading", "h3.subheading", "h4.subheading", ".article-subtitle", ".article-head-sub",
    "[data-field=sapo]", ".singular-sapo",
    ".news_detail_sapo", ".sc-longform-header-sapo", ".post-summary", "p.pHead", ".article-story .tit-sub h2",
    ".story-news .tit-sub h2", ".sapo", "[itemprop=description]:not(meta)",
)
# Names that leads have at many outlets and other things have too: they hold beside the headline only.
WEAK_LEAD = (
    ".summary", ".lead", ".article-lead", ".chapeau", ".standfirst", ".intro", ".subtitle", ".sub_title", ".sub-title",
    ".article-summary", ".detail-summary", ".news-summary", ".news-sapo", ".article-sapo", ".excerpt", ".description",
    ".article-description", ".short-intro", ".news_lead", ".lead-text", ".desc",
)
BODY = (
    "[data-role=content]", "#desktop-in-article", "article.fck_detail", ".fck_detail", "#article-view-content-div",
    ".article-veiw-body", "#maincontent.maincontent", ".zce-content-body", ".article__body", ".detail-content",
    "#content_detail_news", ".content-fck", "#contentNews .singular-content", ".the-article-body",
    "article.story-news",
    ".news_cnt_detail_wrap", "article#dic_area", "#article-view-content", ".end-body .col-main",
    ".b-maincontent .entry",
    "article.entry", ".sc-longform-body", "#content.content-detail", "#content-detail", ".td-post-content",
    "#dcontent",
    ".news-details__content", "#editor-detail", ".editor-content", "div.fck", "#articleBody", "#articlebody",
    "#article-body",
    "#joinskmbox", ".article_txt_container", ".article_txt", ".article_cont_wrap", ".article_content", ".cont_cont",
    ".article-news-body", "#articleText", ".news_article", ".body_txt", ".article-txt", "[itemprop=articleBody]",
    # as public readers of Korean and Vietnamese sites name them
    ".article-view__body", "#article_content", "#pnlContent", "#articleContent", "div.viewContent", "#article_conent",
    "#news_body_area", "#newsViewArea", "#textBody", "#CmAdContent", "#article_body", ".article_body", ".article-text",
    ".view_cont", ".news_body", "section.article-body", "div.article-body", ".at_contents", ".post-body-area",
    ".detail-content-body", ".edittor-content", ".mof-article__content", "#divNewsDetails", "#bo_v_con",
    ".journal-content-article", ".article_view section",
)
AUTHOR = (
    ".detail-author", ".author-info-top a", ".article-detail-author__info .name", ".article-detail-author",
    "p.author_mail strong",
    ".article__author .name",
    ".cms-author", ".article__author", "a.author", ".author", ".byline", "[rel=author]", "[data-role=author]",
    "[itemprop=author] [itemprop=name]", "[itemprop=author]:not(meta)",
)
DATE = (
    "[data-role=publishdate]", "[data-role=publishdate] span", ".detail-time", ".bread-crumb-detail__time",
    "span.date",
    "span.post-time", ".pubdate", ".cms-date", "time[datetime]", "time.time", "time", ".update-time",
    "[data-date-time]",
    "ul.infomation li", ".infomation", ".time_area", ".txt_date", ".date_write", "[data-deploy-dt]", ".article__meta",
    ".dates", ".date",
)
CAPTION = ("figcaption", ".PhotoCMS_Caption", ".media-caption", ".desc_cation")  # what stands under a picture
REMOVE = (
    "script", "style", "noscript", "template", "iframe", "figcaption", "form", "nav", "aside", "button", "dialog",
    "[hidden]", "[aria-hidden=true]", "[style*='display:none']", "[style*='display: none']",
    # Vietnamese systems
    ".VCSortableInPreviewMode:not([type=content]):not([type*=Quote]):not([type*=Table])", ".PhotoCMS_Caption",
    ".PhotoCMS_Author", ".VideoCMS_Caption", "[type=RelatedOneNews]",
    "#box-detail-related", ".detail-related", ".related-title", ".related-news", ".box-tinlienquan", ".relates",
    ".topics",
    ".article__tag", ".article__tags", ".sda_middle", ".ads_middle", ".trending", ".notebox.ncenter",
    ".related-news__list",
    ".news-related__list", ".sc-related-articles", ".sc-empty-layer", ".link-source-wrapper", "#listNewsInContent",
    ".link-content-footer", ".article__source", ".article__author", ".box-category", ".inner-article",
    ".z-corona-header",
    ".detail__related", ".box_relation", ".box-taithongtin", ".link-inpage", ".box-tag",
    ".width_common.box-tinlienquanv2",
    ".item_slide_show .desc_cation", ".media-caption", ".article-relate",
    ".Image[style*=caption]", ".banner-ads", "[id^=adsWeb_]", "[class*=zone-ads]",
    "#widget-relate", ".news-other", ".author-mail", ".detail-tag", ".tags-box", ".cate-24h-foot-arti-deta-tags",
    ".sapo_detail ~ .list_news_same", ".notebox",
    # Korean systems
    ".comp-box.photo-group", ".story-summary", ".writer-zone", ".writer-zone01", ".related-zone", ".update-time",
    ".txt-copyright",
    ".view-copyright", ".view-editors", ".article-copy", ".copyright", ".font-size", ".fontsize",
    "#article-view-fontsize",
    ".article-view-img + .caption", ".editor-img-box .caption", ".thumb_area figcaption", ".img-con01", ".tit-sub",
    ".article-share", ".view-sns", ".sns", ".share", ".social", ".recommend", ".ad", ".ads", ".adsbygoogle", ".tts",
    ".reporter_area", ".reporter", ".byline", ".subscribe", ".article-control", ".tags", ".tag-group", ".comment",
    ".comments",
    ".url_copy", ".keyword", ".ranking", ".art-like", ".read-also", ".newspaper-subscribe",
    "[class*=related]", "[id*=related]", ".innerad", ".img_desc", ".ad-template", ".caption", ".img-caption",
    ".v_photoarea", ".center_img",
    ".article-summary-box", ".article_relation", ".boxrelation", ".ck-cms-insert-neww-group", ".tag_wrap", ".tag_area",
    ".article-view__tags", ".srch-kw", ".report_box", ".view_reporter",
)
# Lines of services and rights that outlets put into the body; whole paragraphs only.
SERVICE_LINES = (
    r"(?:<|\[|ⓒ|©|\()?\s*(?:저작권자|copyright)\b.{0,120}", r".{0,60}무단\s?전재.{0,60}",
    r"▶?\s*제보는 카(?:카오)?톡.{0,60}",
    r"[가-힣]{2,4}\s?(?:선임|수습|인턴)?\s?기자\s+[\w.+-]+@[\w-]+\.[\w.]+",
    r"\[영상\s?(?:취재|편집)[^\[\]]{0,40}\]", r"\[[^\[\]]{0,40}(?:재판매|DB\s?금지)[^\[\]]{0,20}\]",
    r"기사\s?문의 및 제보.{0,60}", r"\[[^\[\]]{0,30}(?:기자|특파원)\]", r"#?\s?사진\s?[=_:].{1,40}",
    r"기사 URL이 복사되었습니다.?", r"글자크기.{0,80}", r".{0,20}기사의 본문 내용은 이 글자크기로 변경됩니다.?",
    r"기사를 읽어드립니다.?",
    r"사진 확대", r"당신이 (?:함께 보면 좋은 콘텐츠|관심 있을 만한 이슈)", r"/?\s?[\w.+-]+@[\w-]+\.[\w.]+",
    r"\(?\s*(?:END|끝)\s*\)?",
    r"(?:tin|bài viết|xem thêm|đọc tiếp|tham khảo thêm).{0,3}(?:liên quan|thêm)?\s*:?", r"copy link thành công!?",
    r"trở lại [\w\s]{2,20}", r"về trang chủ đề", r"link bài gốc.{0,40}", r"lấy link!?", r"chia sẻ( qua .{0,20})?",
    r"bình luận.{0,12}",
    r"(?:xem|đọc) thêm\s*:.{0,160}", r"mời (?:bạn |quý vị )?(?:đọc|xem) thêm.{0,160}",
    r"[▶☞]\s*관련\s?기사.{0,120}", r"관련\s?기사\s*(?::.{0,120})?",
    r"(?:read (?:more|also)|see also|czytaj (?:też|także|więcej)|dowiedz się więcej|zobacz (?:też|także))\s*:.{0,160}",
    r"(?:(?:thích|lượt (?:xem|đọc)|bình luận|조회수?|추천|댓글|좋아요|views?|likes?|comments?)\s*:?\s*[\d.,]+\s*)"
    r"+",
    r"URL (?:is|has been) copied\.?", r"이 기사가 마음에 들었다면.{0,40}",
    r"advertisement", r"quảng cáo", r"FONT SIZE", r"share( this)?", r"\$\$\w+\$\$", r"cùng chuyên mục",
    r"tin mới( nhất)?",
)
