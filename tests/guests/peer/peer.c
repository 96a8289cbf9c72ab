// SPDX-License-Identifier: GPL-2.0
/*
 * A guest with amdgpu's mailbox code: its machine, and the rest of its driver.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <hw/regs.h>

#include "amdgpu.h"
#include "mxgpu.h"
#include "peer.h"

/* what the driver does with the GPU while it starts */
#define INIT_WORK_US	20000
/* from an interrupt to its handler, when the guest has nothing to do */
#define IDLE_US		1000
#define MAX_WORKS	4
/* of a job, in the kernel's ticks; nothing here waits for so long */
#define JOB_LIMIT	10000

/* each of amdgpu's files has one of its own */
enum idh_request {
	LOG_VF_ERROR = GPUVF_MBOX_LOG_ERROR,
};

/**
 * struct peer_kind - one of amdgpu's mailbox files
 * @name: of the file
 * @page: where the mailbox page begins in the register BAR
 * @asks_for_init_data: before its first request, on the cards that it drives
 * @answers_host_reset: recovers from FLR_NOTIFICATION, with the parameters that
 *	amdgpu has by default
 */
struct peer_kind {
	const char *name;
	u32 page;
	bool asks_for_init_data;
	bool answers_host_reset;
	const struct amdgpu_virt_ops *ops;
	void (*set_irq_funcs)(struct amdgpu_device *adev);
	int (*add_irq_id)(struct amdgpu_device *adev);
	int (*get_irq)(struct amdgpu_device *adev);
	void (*put_irq)(struct amdgpu_device *adev);
};

#define KIND(kind)							\
	.name = #kind,							\
	.ops = &xgpu_##kind##_virt_ops,					\
	.set_irq_funcs = xgpu_##kind##_mailbox_set_irq_funcs,		\
	.add_irq_id = xgpu_##kind##_mailbox_add_irq_id,			\
	.get_irq = xgpu_##kind##_mailbox_get_irq,			\
	.put_irq = xgpu_##kind##_mailbox_put_irq

/* INDEX, which a VF has not, is one dword lower than here in vi's page */
static const struct peer_kind kinds[] = {
	{ KIND(vi), .page = 0x531c },
	{ KIND(ai), .page = 0x3954, .asks_for_init_data = true,
	  .answers_host_reset = true },
	{ KIND(nv), .page = 0x3954, .asks_for_init_data = true,
	  .answers_host_reset = true },
};

struct peer {
	struct amdgpu_device adev;
	struct amdgpu_reset_domain reset_domain;
	const struct peer_kind *kind;
	const struct peer_io *io;
	void *context;
	struct peer_counts counts;
	struct work_struct *work[MAX_WORKS];
	unsigned int works;
	bool has_jobs;
	bool in_irq;
	/* as of the last look for interrupts */
	u32 control, event;
};

/* the guest that this thread is */
static _Thread_local struct peer *self;

/* amdgpu's parameter: as the driver thinks best */
int amdgpu_gpu_recovery = -1;

static u32 page_read(struct peer *peer, unsigned int offset)
{
	return peer->io->read(peer->context, offset, 4);
}

/*
 * What the kernel does for the guest
 */

void guest_say(const struct amdgpu_device *adev, const char *format, ...)
{
	va_list args;

	self->counts.errors++;
	printf("# %s: ", self->kind->name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

bool guest_warn(bool condition, const char *what)
{
	if (condition) {
		self->counts.warnings++;
		printf("# %s: warning: %s\n", self->kind->name, what);
	}
	return condition;
}

bool guest_lock(struct guest_lock *lock, bool try)
{
	if (lock->taken && try)
		return false;
	guest_warn(lock->taken, "deadlock");
	lock->taken = true;
	return true;
}

void guest_unlock(struct guest_lock *lock)
{
	guest_warn(!lock->taken, "unlock of what is not locked");
	lock->taken = false;
}

bool schedule_work(struct work_struct *work)
{
	if (work->pending)
		return false;
	if (guest_warn(self->works == MAX_WORKS, "too much work"))
		return false;
	work->pending = true;
	self->work[self->works++] = work;
	return true;
}

bool amdgpu_reset_domain_schedule(struct amdgpu_reset_domain *domain,
				  struct work_struct *work)
{
	return schedule_work(work);
}

static void run_works(struct peer *peer)
{
	struct work_struct *work;

	while (peer->works) {
		work = peer->work[0];
		peer->works--;
		memmove(peer->work, peer->work + 1, peer->works * sizeof(*peer->work));
		work->pending = false;
		work->func(work);
	}
}

/*
 * The interrupt ring, by polling: VALID and ACK raise an interrupt when they rise,
 * and VALID also when it comes with another message.
 */
static void take_interrupts(struct peer *peer)
{
	struct amdgpu_virt *virt = &peer->adev.virt;
	u32 enabled, control, event, rise;

	if (peer->in_irq || !(virt->rcv_irq.users | virt->ack_irq.users))
		return;
	enabled = page_read(peer, GPUVF_MBOX_INT_CNTL);
	control = page_read(peer, GPUVF_MBOX_CONTROL);
	event = page_read(peer, GPUVF_MBOX_RCV(0));
	rise = control & ~peer->control;
	if ((control & GPUVF_MBOX_RCV_VALID) && event != peer->event)
		rise |= GPUVF_MBOX_RCV_VALID;
	peer->control = control;
	peer->event = event;

	peer->in_irq = true;
	if ((rise & GPUVF_MBOX_RCV_VALID) && (enabled & GPUVF_MBOX_VALID_INT_EN))
		virt->rcv_irq.funcs->process(&peer->adev, &virt->rcv_irq, NULL);
	if ((rise & GPUVF_MBOX_TRN_ACK) && (enabled & GPUVF_MBOX_ACK_INT_EN))
		virt->ack_irq.funcs->process(&peer->adev, &virt->ack_irq, NULL);
	peer->in_irq = false;
}

void guest_delay_us(u64 us)
{
	self->io->sleep(self->context, us);
	take_interrupts(self);
}

ktime_t ktime_get(void)
{
	return self->io->now_us(self->context) * 1000;
}

/* the guest touches nothing but its mailbox page */
static unsigned int page_offset(struct peer *peer, u32 byte, unsigned int size)
{
	u32 offset = byte - peer->kind->page;

	if (offset >= GPUVF_MBOX_TRN(0) && offset < GPUVF_MBOX_PAGE_LENGTH &&
	    (size == 4 || (offset & ~3U) == GPUVF_MBOX_CONTROL))
		return offset;
	fprintf(stderr, "%s: register 0x%x, %u bytes: not one of the mailbox\n",
		peer->kind->name, byte, size);
	abort();
}

u32 guest_read(struct amdgpu_device *adev, u32 byte, unsigned int size)
{
	struct peer *peer = container_of(adev, struct peer, adev);

	return peer->io->read(peer->context, page_offset(peer, byte, size), size);
}

void guest_write(struct amdgpu_device *adev, u32 byte, u32 val, unsigned int size)
{
	struct peer *peer = container_of(adev, struct peer, adev);

	peer->io->write(peer->context, page_offset(peer, byte, size), val, size);
}

int amdgpu_irq_add_id(struct amdgpu_device *adev, unsigned int client,
		      unsigned int source, struct amdgpu_irq_src *src)
{
	return 0;
}

int amdgpu_irq_get(struct amdgpu_device *adev, struct amdgpu_irq_src *src,
		   unsigned int type)
{
	if (src->users++)
		return 0;
	return src->funcs->set(adev, src, type, AMDGPU_IRQ_STATE_ENABLE);
}

int amdgpu_irq_put(struct amdgpu_device *adev, struct amdgpu_irq_src *src,
		   unsigned int type)
{
	if (guest_warn(!src->users, "interrupt put twice") || --src->users)
		return 0;
	return src->funcs->set(adev, src, type, AMDGPU_IRQ_STATE_DISABLE);
}

void amdgpu_device_program_register_sequence(struct amdgpu_device *adev,
					     const u32 *registers, u32 count)
{
}

/*
 * The rest of the driver
 */

void amdgpu_virt_init_data_exchange(struct amdgpu_device *adev)
{
}

void amdgpu_virt_fini_data_exchange(struct amdgpu_device *adev)
{
}

void amdgpu_virt_request_bad_pages(struct amdgpu_device *adev)
{
	if (adev->virt.ops->req_bad_pages)
		adev->virt.ops->req_bad_pages(adev);
}

bool amdgpu_device_should_recover_gpu(struct amdgpu_device *adev)
{
	return amdgpu_gpu_recovery != 0;
}

bool amdgpu_device_has_job_running(struct amdgpu_device *adev)
{
	return container_of(adev, struct peer, adev)->has_jobs;
}

static int got_access(struct peer *peer, int err)
{
	if (err)
		return err;
	peer->counts.accesses++;
	peer->counts.outside += !peer->io->has_gpu(peer->context);
	peer->adev.virt.runtime = false;
	return 0;
}

/* a reset of the GPU has switched the interrupts off */
static void enable_again(struct peer *peer, struct amdgpu_irq_src *src)
{
	if (src->users)
		src->funcs->set(&peer->adev, src, 0, AMDGPU_IRQ_STATE_ENABLE);
}

/* with full access, after a reset */
static void start_again(struct peer *peer)
{
	peer->io->work(peer->context, INIT_WORK_US);
	guest_delay_us(INIT_WORK_US);
	enable_again(peer, &peer->adev.virt.ack_irq);
	enable_again(peer, &peer->adev.virt.rcv_irq);
	peer_release(peer, true);
}

/* called by the work that answers FLR_NOTIFICATION; in 6.1 that has waited itself */
int amdgpu_device_gpu_recover(struct amdgpu_device *adev, struct amdgpu_job *job,
			      struct amdgpu_reset_context *context)
{
	struct peer *peer = container_of(adev, struct peer, adev);
	int err;

	if (context->flags & 1UL << AMDGPU_HOST_FLR) {
		if (adev->virt.ops->ready_to_reset)
			adev->virt.ops->ready_to_reset(adev);
		if (adev->virt.ops->wait_reset)
			adev->virt.ops->wait_reset(adev);
	}
	err = peer_request(peer, true);
	if (err) {
		peer->counts.failures++;
		return err;
	}
	start_again(peer);
	peer->counts.recoveries++;
	return 0;
}

/**
 * peer_new() - a VM with a VF of a card that this file drives
 * @kind: "vi", "ai" or "nv"
 * @io: the machine
 * @context: for @io
 *
 * The thread that calls it is the guest from now on.
 *
 * Return: to be freed by peer_free(); NULL: there is no such file.
 */
struct peer *peer_new(const char *kind, const struct peer_io *io, void *context)
{
	struct peer *peer;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds) && strcmp(kinds[i].name, kind); i++)
		;
	if (i == ARRAY_SIZE(kinds))
		return NULL;
	peer = calloc(1, sizeof(*peer));
	if (!peer)
		return NULL;
	peer->kind = &kinds[i];
	peer->io = io;
	peer->context = context;
	peer->adev.virt.ops = peer->kind->ops;
	peer->adev.reset_domain = &peer->reset_domain;
	peer->adev.sdma_timeout = MAX_SCHEDULE_TIMEOUT;
	peer->adev.gfx_timeout = MAX_SCHEDULE_TIMEOUT;
	peer->adev.compute_timeout = MAX_SCHEDULE_TIMEOUT;
	peer->adev.video_timeout = MAX_SCHEDULE_TIMEOUT;
	self = peer;
	peer->kind->set_irq_funcs(&peer->adev);
	peer->kind->add_irq_id(&peer->adev);
	return peer;
}

/**
 * peer_free() - the VM is gone, whatever its driver was doing
 * @peer: the guest
 */
void peer_free(struct peer *peer)
{
	free(peer);
	self = NULL;
}

const struct peer_counts *peer_counts(const struct peer *peer)
{
	return &peer->counts;
}

/**
 * peer_answers_host_reset() - does FLR_NOTIFICATION make it recover?
 * @peer: the guest
 *
 * Return: false: it notices the reset by jobs that do not end; see peer_reset().
 */
bool peer_answers_host_reset(const struct peer *peer)
{
	return peer->kind->answers_host_reset;
}

/**
 * peer_recovers_late() - let FLR_NOTIFICATION make it recover no more
 * @peer: the guest
 *
 * Where it would (see peer_answers_host_reset()), one of its jobs runs, by whose time
 * limit it notices the reset. Another has no recovery at all (gpu_recovery=0).
 */
void peer_recovers_late(struct peer *peer)
{
	struct amdgpu_device *adev = &peer->adev;

	if (!peer->kind->answers_host_reset) {
		amdgpu_gpu_recovery = 0;
		return;
	}
	peer->has_jobs = true;
	adev->sdma_timeout = JOB_LIMIT;
	adev->gfx_timeout = JOB_LIMIT;
	adev->compute_timeout = JOB_LIMIT;
	adev->video_timeout = JOB_LIMIT;
}

bool peer_asks_for_init_data(const struct peer *peer)
{
	return peer->kind->asks_for_init_data;
}

/**
 * peer_init_data_version() - version of the init data, by the answer
 * @peer: the guest
 *
 * Return: the version; 0: the host did not answer.
 */
int peer_init_data_version(const struct peer *peer)
{
	return peer->adev.virt.req_init_data_ver;
}

int peer_request_init_data(struct peer *peer)
{
	return peer->kind->ops->req_init_data(&peer->adev);
}

/**
 * peer_request() - ask for full access
 * @peer: the guest
 * @init: to start; otherwise to stop
 *
 * Return: 0, or what the driver's function says.
 */
int peer_request(struct peer *peer, bool init)
{
	return got_access(peer, peer->kind->ops->req_full_gpu(&peer->adev, init));
}

/**
 * peer_release() - give up full access
 * @peer: the guest
 * @init: as in peer_request()
 *
 * Return: 0, or what the driver's function says.
 */
int peer_release(struct peer *peer, bool init)
{
	int err = peer->kind->ops->rel_full_gpu(&peer->adev, init);

	peer->adev.virt.runtime = true;
	return err;
}

/**
 * peer_initialise() - use the GPU, and enable the interrupts of the mailbox
 * @peer: the guest, with full access
 */
void peer_initialise(struct peer *peer)
{
	peer->io->work(peer->context, INIT_WORK_US);
	guest_delay_us(INIT_WORK_US);
	peer->kind->get_irq(&peer->adev);
}

/**
 * peer_load() - load the driver
 * @peer: the guest
 *
 * Return: 0, or a negative errno: it was not given full access.
 */
int peer_load(struct peer *peer)
{
	int err;

	if (peer->kind->asks_for_init_data)
		peer_request_init_data(peer);
	err = peer_request(peer, true);
	if (err)
		return err;
	peer_initialise(peer);
	return peer_release(peer, true);
}

/**
 * peer_fail_load() - the driver failed to start, and leaves
 * @peer: the guest, with full access
 */
void peer_fail_load(struct peer *peer)
{
	if (peer->adev.virt.rcv_irq.users)
		peer->kind->put_irq(&peer->adev);
	peer_release(peer, true);
	if (peer->kind->ops->trans_msg)
		peer->kind->ops->trans_msg(&peer->adev, LOG_VF_ERROR, 1, 2, 3);
}

/**
 * peer_unload() - unload the driver
 * @peer: the guest
 *
 * Return: 0, or a negative errno: it was not given full access.
 */
int peer_unload(struct peer *peer)
{
	int err = peer_request(peer, false);

	if (err)
		return err;
	peer->kind->put_irq(&peer->adev);
	return peer_release(peer, false);
}

/**
 * peer_unload_with_interrupts() - the same, as the driver of Navi 1x and 2x has it
 * @peer: the guest
 *
 * It leaves the interrupts of its mailbox enabled.
 *
 * Return: as peer_unload().
 */
int peer_unload_with_interrupts(struct peer *peer)
{
	int err = peer_request(peer, false);

	if (err)
		return err;
	peer->adev.virt.rcv_irq.users = 0;
	peer->adev.virt.ack_irq.users = 0;
	return peer_release(peer, false);
}

/**
 * peer_reset() - a job did not end: ask for a reset, and start again
 * @peer: the guest
 *
 * Return: 0, or a negative errno: it was not given full access.
 */
int peer_reset(struct peer *peer)
{
	int err = got_access(peer, peer->kind->ops->reset_gpu(&peer->adev));

	if (!err)
		start_again(peer);
	return err;
}

/**
 * peer_request_bad_pages() - ask which pages of its memory are bad
 * @peer: the guest
 * @err: what the driver's function says
 *
 * Return: false: the driver of this series does not ask.
 */
bool peer_request_bad_pages(struct peer *peer, int *err)
{
	if (!peer->kind->ops->req_bad_pages)
		return false;
	*err = peer->kind->ops->req_bad_pages(&peer->adev);
	return true;
}

/**
 * peer_run() - let the guest be, and take what comes
 * @peer: the guest
 * @us: for so long at least
 */
void peer_run(struct peer *peer, uint64_t us)
{
	uint64_t end = peer->io->now_us(peer->context) + us;

	do {
		guest_delay_us(IDLE_US);
		run_works(peer);
	} while (peer->io->now_us(peer->context) < end);
}
