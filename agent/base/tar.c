// SPDX-License-Identifier: GPL-2.0
/*
 * Tar files as POSIX has them (ustar): a header of a block for each member, its bytes
 * filled up to a block, and two blocks of zeros. Members have no owner by name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/tar.h"
#include "base/util.h"

#define BLOCK	512

/* numbers are octal, with a zero byte behind them */
struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[6];
	char version[2];
	char user[32];
	char group[32];
	char device_major[8];
	char device_minor[8];
	char prefix[155];
	char unused[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

/**
 * tar_add() - add a member
 * @tar: the tar file
 * @name: its path, at most TAR_NAME_MAX bytes; what is longer is cut off
 * @text: its content, which is the tar file's from now on
 */
void tar_add(struct tar *tar, const char *name, char *text)
{
	struct tar_member *member;

	tar->members = xgrow(tar->members, tar->num, sizeof(*tar->members));
	member = &tar->members[tar->num++];
	copy_string(member->name, sizeof(member->name), name);
	member->text = text;
	member->size = strlen(text);
}

static void octal(char *field, size_t size, u64 value)
{
	char text[32];

	snprintf(text, sizeof(text), "%0*llo", (int)size - 1, value);
	memcpy(field, text, size);
}

static void make_header(struct header *header, const struct tar_member *member,
			u64 time_s)
{
	const unsigned char *bytes = (const unsigned char *)header;
	unsigned int sum = 0;
	size_t i;

	*header = (struct header){ .type = '0' };
	memcpy(header->name, member->name, strlen(member->name));
	octal(header->mode, sizeof(header->mode), 0644);
	octal(header->uid, sizeof(header->uid), 0);
	octal(header->gid, sizeof(header->gid), 0);
	octal(header->size, sizeof(header->size), member->size);
	octal(header->mtime, sizeof(header->mtime), time_s);
	memcpy(header->magic, "ustar", sizeof(header->magic));
	memcpy(header->version, "00", sizeof(header->version));
	/* of the header with blanks in place of the sum */
	memset(header->checksum, ' ', sizeof(header->checksum));
	for (i = 0; i < sizeof(*header); i++)
		sum += bytes[i];
	octal(header->checksum, sizeof(header->checksum) - 1, sum);
}

static void print(const struct tar *tar, u64 time_s, FILE *f)
{
	static const char zeros[2 * BLOCK];
	struct header header;
	size_t i;

	for (i = 0; i < tar->num; i++) {
		const struct tar_member *member = &tar->members[i];

		make_header(&header, member, time_s);
		fwrite(&header, sizeof(header), 1, f);
		fwrite(member->text, 1, member->size, f);
		fwrite(zeros, 1, -member->size % BLOCK, f);
	}
	fwrite(zeros, 1, sizeof(zeros), f);
}

/**
 * tar_write() - write a tar file that is not there yet
 * @tar: the tar file
 * @path: of the file; a link is not followed
 * @time_s: when the members were made, seconds since 1970
 *
 * What could not be written whole is removed.
 *
 * Return: 0; -EEXIST: there is a file, or a link, of that name; another negative errno.
 */
int tar_write(const struct tar *tar, const char *path, u64 time_s)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      0600);
	int err = 0;
	FILE *f;

	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		err = -errno;
		close(fd);
		goto out;
	}
	errno = 0;
	print(tar, time_s, f);
	if (fflush(f) || ferror(f))
		err = -errno ?: -EIO;
	else if (fsync(fd) && errno != EINVAL)
		err = -errno;
	if (fclose(f))
		err = err ?: -errno;
out:
	if (err)
		unlink(path);
	return err;
}

/**
 * tar_free() - release all members
 * @tar: is empty afterwards
 */
void tar_free(struct tar *tar)
{
	size_t i;

	for (i = 0; i < tar->num; i++)
		free(tar->members[i].text);
	free(tar->members);
	*tar = (struct tar){};
}
