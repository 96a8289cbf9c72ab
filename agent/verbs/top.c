// SPDX-License-Identifier: GPL-2.0
/*
 * top: live GPU time per VF.
 *
 * On a terminal it has the screen to itself, and restores it however it ends;
 * elsewhere it prints one update after the other.
 */
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/signals.h"
#include "provider/gpuvf_watch.h"
#include "provider/provider.h"
#include "show/event_text.h"
#include "show/output.h"
#include "show/top.h"
#include "verbs/verbs.h"

#define PLAIN_WIDTH	80

struct session {
	struct provider *provider;
	struct watch watch;
	struct top top;
	u64 looked_ns;
	double delay;
	long frames;
	bool live;
	bool frozen;
	int signals;
};

static struct termios cooked;
static bool on_screen;

static void leave_screen(void)
{
	if (!on_screen)
		return;
	on_screen = false;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &cooked);
	/* colors off, cursor on, back to the screen from before */
	out_text("\033[0m\033[?25h\033[?1049l");
	out_flush();
}

static bool enter_screen(void)
{
	const char *term = getenv("TERM");
	struct termios raw;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !term ||
	    !strcmp(term, "dumb") || tcgetattr(STDIN_FILENO, &cooked))
		return false;
	raw = cooked;
	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	/* Ctrl-Z would leave the terminal in this screen */
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw))
		return false;
	on_screen = true;
	atexit(leave_screen);
	out_text("\033[?1049h\033[?25l");
	return true;
}

static void take_news(struct gpu *gpu, const struct gpu_event *event, void *arg)
{
	const char *name = gpu_event_name(event->kind);
	char *text;

	if (!name)
		return;
	text = gpu_event_text(gpu, event);
	/* states and resets are what comes of the others */
	top_add_news(arg, xasprintf("%s %s %s", gpu->bdf, name, text),
		     event->kind != EVENT_VF_STATE && event->kind != EVENT_VF_RESET);
	free(text);
}

static int look(struct session *s)
{
	struct failure why;
	struct gpu_list gpus;
	size_t i;
	u64 now;
	int err;

	err = provider_read_all(s->provider, &gpus, &why);
	now = monotonic_ns();
	if (!err && gpus.lost_any)
		err = gpus.lost_error;
	err = err ?: provider_stats(s->provider, &gpus, &why);
	if (!err)
		gpu_list_keep(&gpus, gpu_has_stats);
	if (err) {
		gpu_list_free(&gpus);
		/* changes that do not stop: the next look is as good */
		if (err == -EAGAIN)
			return EXIT_DONE;
		leave_screen();
		pr_err("cannot read the statistics: %s",
		       err == -EPERM ? "that needs CAP_SYS_ADMIN" :
				       failure_text(&why));
		return exit_code_of(err);
	}
	gpu_list_free(&s->top.before);
	s->top.before = s->top.now;
	s->top.now = gpus;
	s->top.elapsed_ns = s->looked_ns ? now - s->looked_ns : 0;
	for (i = 0; s->live && s->looked_ns && i < gpus.num; i++)
		history_add(&s->top.history,
			    gpu_list_find(&s->top.before, gpus.gpus[i].bdf),
			    &s->top.now.gpus[i], s->looked_ns, now);
	s->top.now_ns = now;
	s->looked_ns = now;
	return EXIT_DONE;
}

static struct screen screen_of(const struct session *s)
{
	struct screen screen = {
		.width = PLAIN_WIDTH,
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
	};
	struct winsize size;

	if (s->live && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) &&
	    size.ws_col && size.ws_row) {
		/* a full line would be one and a half on some terminals */
		screen.width = size.ws_col - (size.ws_col > 1);
		/* the last line says which keys there are */
		screen.height = size.ws_row - 1;
	}
	return screen;
}

/* the last line, as much of it as fits */
static void show_keys(const struct session *s, const struct screen *screen,
		      unsigned int total)
{
	char *text = xasprintf("q: quit  h: %s  s: sort (%s)  f: %s%s",
			       s->top.helps ? "back" : "help",
			       top_sort_name(s->top.sort),
			       s->frozen ? "FROZEN, go on" : "freeze",
			       total > screen->height ? "  up, down: the rest" : "");

	out_text("%s%.*s%s\033[K", out_color(COLOR_DIM), (int)screen->width, text,
		 out_color(COLOR_NONE));
	free(text);
}

/* one write per update, so that no half of it is seen */
static void show(struct session *s)
{
	struct screen screen = screen_of(s);
	char *text = NULL, *start, *end;
	unsigned int total;
	size_t size;
	FILE *f;

	f = open_memstream(&text, &size);
	total = top_draw(&s->top, &screen, f);
	fclose(f);
	if (!s->live) {
		out_text("%s", text);
		free(text);
		out_flush();
		return;
	}
	/* a short picture may not be scrolled away */
	if (s->top.scroll && total < s->top.scroll + screen.height)
		s->top.scroll = total > screen.height ?
				total - screen.height : 0;
	out_text("\033[H");
	for (start = text; (end = strchr(start, '\n')); start = end + 1)
		out_text("%.*s\033[K\n", (int)(end - start), start);
	out_text("\033[J\033[%u;1H", screen.height + 1);
	show_keys(s, &screen, total);
	out_flush();
	free(text);
}

/* Return: false: quit */
static bool take_keys(struct session *s)
{
	char keys[64];
	ssize_t got = read(STDIN_FILENO, keys, sizeof(keys));
	ssize_t i;

	for (i = 0; i < got; i++) {
		if (keys[i] == 'q' || keys[i] == 'Q')
			return false;
		if (keys[i] == 'h' || keys[i] == '?')
			s->top.helps = !s->top.helps;
		if (keys[i] == 's')
			s->top.sort = (s->top.sort + 1) % TOP_NUM_SORTS;
		if (keys[i] == 'f' || keys[i] == ' ')
			s->frozen = !s->frozen;
		/* the arrows are ESC [ A and ESC [ B */
		if (keys[i] == 'j' || (keys[i] == 'B' && i && keys[i - 1] == '['))
			s->top.scroll++;
		else if ((keys[i] == 'k' ||
			  (keys[i] == 'A' && i && keys[i - 1] == '[')) &&
			 s->top.scroll)
			s->top.scroll--;
	}
	return true;
}

/* SIGWINCH wants a new picture, the others an end. Return: false: quit */
static bool take_signal(struct session *s)
{
	struct signalfd_siginfo info;

	return read(s->signals, &info, sizeof(info)) == sizeof(info) &&
	       info.ssi_signo == SIGWINCH;
}

/* until the next look is due; Return: false: quit */
static bool wait_for_next(struct session *s)
{
	struct pollfd fds[] = {
		{ .fd = s->signals, .events = POLLIN },
		{ .fd = s->live ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = s->watch.fd, .events = POLLIN },
	};
	u64 due = monotonic_ns() + s->delay * 1e9;
	u64 now;

	while ((now = monotonic_ns()) < due) {
		if (poll(fds, ARRAY_SIZE(fds), (due - now) / 1000000 + 1) < 0 &&
		    errno != EINTR)
			return false;
		if (fds[0].revents && !take_signal(s))
			return false;
		if (fds[1].revents && !take_keys(s))
			return false;
		if (fds[1].revents & (POLLHUP | POLLERR))
			return false;
		if (fds[2].revents)
			watch_read(&s->watch);
		if (s->live && (fds[0].revents || fds[1].revents ||
				fds[2].revents))
			show(s);
	}
	return true;
}

static int run(struct session *s)
{
	int code = look(s);
	long shown;

	if (!code && s->live)
		show(s);
	for (shown = 0; !code && (!s->frames || shown < s->frames); shown++) {
		if (!wait_for_next(s))
			break;
		/* what happens meanwhile is in the picture that follows */
		if (s->frozen)
			continue;
		code = look(s);
		if (!code && shown && !s->live)
			out_text("\n");
		if (!code)
			show(s);
		if (out_failed())
			code = EXIT_FAILED;
	}
	return code;
}

/**
 * cmd_top() - the verb "top"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_USAGE, EXIT_PERMISSION, EXIT_FAILED.
 */
int cmd_top(const struct options *options, int argc, char **argv)
{
	struct session s = {
		.watch = { .event = take_news, .arg = &s.top },
		.delay = options->delay ?: 1,
		.frames = options->iterations,
	};
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, 0 };
	int code;

	code = provider_open(&s.provider);
	if (code)
		return code;
	code = look(&s);
	/* unless it has not been seen yet, amid changes */
	if (!code && s.looked_ns)
		code = explain_no_gpus(&s.top.now);
	if (!code) {
		/* times are of use without events */
		if (watch_open(&s.watch) == EXIT_FAILED)
			watch_close(&s.watch);
		s.signals = signals_open(signals);
		s.live = enter_screen();
		/* without a screen one picture is what is wanted */
		if (!s.live && !s.frames)
			s.frames = 1;
		code = run(&s);
		close(s.signals);
	}
	watch_close(&s.watch);
	top_free(&s.top);
	provider_close(s.provider);
	return code;
}
