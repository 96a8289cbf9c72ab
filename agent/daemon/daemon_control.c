// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's socket: "reload" comes in; the exit code and everything that was
 * said on the way go out.
 */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "base/fold.h"
#include "base/progress.h"
#include "base/root.h"
#include "base/units.h"
#include "daemon/daemon.h"

/* a silent client does not hold up others for longer */
#define REQUEST_SECONDS	1
#define REQUEST		"reload\n"

static struct sockaddr_un control_address(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *path = root_path("%s", &CONTROL_SOCKET[1]);

	copy_string(address.sun_path, sizeof(address.sun_path), path);
	free(path);
	return address;
}

/**
 * control_listen() - make the socket, for root alone
 *
 * The caller holds the daemon's lock: what is there is left over.
 *
 * Return: a descriptor, or a negative errno.
 */
int control_listen(void)
{
	struct sockaddr_un address = control_address();
	mode_t mask;
	int fd, err = 0;

	if (unlink(address.sun_path) && errno != ENOENT)
		return -errno;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0177);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(fd, 4))
		err = -errno;
	umask(mask);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static bool read_request(int fd)
{
	struct timeval limit = { .tv_sec = REQUEST_SECONDS };
	char text[sizeof(REQUEST)] = "";
	size_t len = 0;
	ssize_t got;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	while (len < sizeof(text) - 1) {
		got = read(fd, text + len, sizeof(text) - 1 - len);
		if (got <= 0)
			break;
		len += got;
	}
	return !strcmp(text, REQUEST);
}

static void send_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		text += sent;
		len -= sent;
	}
}

static void copy_file(int from, int to, FILE *also)
{
	char buffer[4096];
	ssize_t got;

	lseek(from, 0, SEEK_SET);
	while ((got = read(from, buffer, sizeof(buffer))) > 0) {
		send_all(to, buffer, got);
		fwrite(buffer, 1, got, also);
	}
	fflush(also);
}

/* messages of a reload go to the log and to the client that asked */
static int with_echo(int client, struct daemon *d, int (*act)(struct daemon *d))
{
	int heard = memfd_create("gpuvf-agent", MFD_CLOEXEC);
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	char number[16];
	int code;

	fflush(NULL);
	if (heard >= 0) {
		dup2(heard, STDOUT_FILENO);
		dup2(heard, STDERR_FILENO);
	}
	code = act(d);
	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	send_all(client, number, snprintf(number, sizeof(number), "%d\n", code));
	if (heard >= 0) {
		copy_file(heard, client, stderr);
		close(heard);
	}
	return code;
}

/**
 * control_serve() - serve a request on the socket
 * @listener: of control_listen(), readable
 * @d: the daemon
 * @reload: does it. Return: enum exit_code
 */
void control_serve(int listener, struct daemon *d,
		   int (*reload)(struct daemon *d))
{
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (client < 0)
		return;
	if (read_request(client))
		with_echo(client, d, reload);
	close(client);
}

/* the first line of an answer */
static bool read_code(FILE *f, u32 *code)
{
	char line[16];

	if (!fgets(line, sizeof(line), f))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return !parse_number(line, EXIT_LAST, code);
}

static void draw(const void *arg)
{
	progress_print("waiting for the daemon, %llu s", progress_ms() / 1000);
}

/* until the answer begins, or there will be none */
static void wait_for_answer(int fd)
{
	struct pollfd answer = { .fd = fd, .events = POLLIN };

	progress_begin(draw, NULL);
	while (!poll(&answer, 1, PROGRESS_TICK_MS))
		progress_tick();
	progress_end();
}

/* what the daemon says to the journal begins with a priority */
static void print_line(const char *line)
{
	if (line[0] == '<' && isdigit((unsigned char)line[1]) && line[2] == '>')
		print_folded(stderr, PROGRAM ": %s", line + 3);
	else if (line[0] == ' ')
		/* of a file, with what is wrong underlined */
		fprintf(stderr, "%s\n", line);
	else
		print_folded(stderr, "%s", line);
}

/**
 * control_reload() - ask the daemon to reload, and wait for what comes of it
 *
 * Return: the daemon's exit code; EXIT_MISSING: no daemon runs;
 * EXIT_PERMISSION; EXIT_FAILED: it did not answer.
 */
int control_reload(void)
{
	struct sockaddr_un address = control_address();
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	u32 code = EXIT_FAILED;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *f;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address,
			      sizeof(address))) {
		code = errno == EACCES || errno == EPERM ? EXIT_PERMISSION :
							  EXIT_MISSING;
		pr_err("no daemon answers at " CONTROL_SOCKET ": %s",
		       strerror(errno));
		close(fd);
		return code;
	}
	send_all(fd, REQUEST, strlen(REQUEST));
	wait_for_answer(fd);
	f = fdopen(fd, "r");
	if (!f || !read_code(f, &code)) {
		pr_err("the daemon did not answer");
	} else {
		while ((len = getline(&line, &size, f)) > 0) {
			line[len - (line[len - 1] == '\n')] = '\0';
			print_line(line);
		}
		free(line);
	}
	if (f)
		fclose(f);
	return code;
}
