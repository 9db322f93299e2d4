"""Scrapy settings and component order: strings and numbers only.

What a campaign or a workspace decides is laid over these by ``crawler/sweep.py``; the keys that
start with MARKHOUND_ are explained in docs/reference/settings.md.
"""

BOT_NAME = "markhound"
SPIDER_MODULES = ["spiders"]
USER_AGENT = "Markhound/0.1 (intellectual property inspection)"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "Markhound"

# -- Markhound's own ------------------------------------------------------------------
MARKHOUND_WORKSPACE = ""
MARKHOUND_SWEEP = ""
MARKHOUND_ALLOW_PRIVATE = False
MARKHOUND_KEEP_EXCHANGES = False
MARKHOUND_RENDER = "auto"
MARKHOUND_RENDER_SECONDS = 20.0
MARKHOUND_RENDER_MEMORY_MB = 1200
MARKHOUND_PAGES_PER_SITE = 1000
MARKHOUND_PICTURES_PER_LISTING = 12
MARKHOUND_MEGABYTES_PER_SITE = 0.0
MARKHOUND_MINUTES_PER_SITE = 0.0
MARKHOUND_PAGE_MEGABYTES = 8.0
MARKHOUND_LONGEST_DELAY = 60.0
MARKHOUND_LONGEST_WAIT = 600.0
MARKHOUND_REFUSALS = 10
MARKHOUND_QUIET_HOURS: list[str] = []

# It reads a spider's source again and again, to warn its developer of what a linter finds.
WARN_ON_GENERATOR_RETURN_VALUE = False

# -- order of components --------------------------------------------------------------
EXTENSIONS = {
    "crawler.quiet.QuietHoursExtension": 0,
    "crawler.rendering.Rendering": 0,
    "crawler.watch.TrapWatch": 0,
}
SPIDER_MIDDLEWARES = {
    "crawler.targets.TargetsMiddleware": 950,
    "crawler.rendering.RenderAgainMiddleware": 960,
    "crawler.watch.WatchMiddleware": 970,
}
# Each is asked of every request. Which sites are swept, crawler.targets knows, and nobody logs in.
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.robots.RobotsMiddleware": 100,
    "crawler.conditional.LastmodMiddleware": 105,
    "crawler.budgets.BudgetMiddleware": 110,
    "crawler.conditional.RevisitMiddleware": 120,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "crawler.redirect.TargetRefreshMiddleware": 580,
    "crawler.charsets.CharsetMiddleware": 585,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.unpack.UnpackMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.redirect.TargetRedirectMiddleware": 600,
    "crawler.rendering.RenderAtOnceMiddleware": 940,
    "crawler.guard.GuardMiddleware": 950,
}
ITEM_PIPELINES = {
    "pipelines.sweep.validate.ValidatePipeline": 100,
    "pipelines.sweep.pictures.PicturesPipeline": 200,
    "pipelines.sweep.match.MatchPipeline": 300,
    "pipelines.sweep.record.RecordPipeline": 400,
    "pipelines.sweep.capture.CapturePipeline": 500,
}

# -- politeness: the starting values; a campaign sets its own --------------------------
DOWNLOAD_DELAY = 1.0
CONCURRENT_REQUESTS = 64
CONCURRENT_ITEMS = 8  # Scrapy starts so many tasks for each page, whatever it holds
CONCURRENT_REQUESTS_PER_DOMAIN = 1
COOKIES_ENABLED = False
REFERER_ENABLED = False
RETRY_TIMES = 2

# -- the hostile web ------------------------------------------------------------------
TWISTED_DNS_RESOLVER = "crawler.guard.GuardResolver"
HTTPPROXY_ENABLED = False
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 20_000_000
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 8
URLLENGTH_LIMIT = 0  # crawler.targets has its own, which says what it skips
DOWNLOAD_HANDLERS = {
    "http": "crawler.rendering.RenderingHandler",
    "https": "crawler.rendering.RenderingHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}

# -- what runs, and what must not ------------------------------------------------------
DOWNLOADER = "crawler.downloader.PoliteDownloader"
SCHEDULER = "crawler.scheduler.FrontierScheduler"
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
ASYNCIO_EVENT_LOOP = "uvloop.Loop"
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DOWNLOADER_STATS = False  # the store counts requests; these would write out each one once more
LOG_LEVEL = "INFO"
