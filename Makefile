# SPDX-License-Identifier: GPL-2.0
#
# gpuvf. `make help` says what there is.

PREFIX	?= /usr/local
DESTDIR	?=
KDIR	?= /lib/modules/$(shell uname -r)/build
GPUS	?= 1
KERNEL	?= 6.12

lab	:= tests/lab

all: modules agent

help:
	@echo 'On any machine, no GPU needed, nothing loaded into the running kernel:'
	@echo '  make demo [GPUS=N] [KERNEL=6.1|6.12]   the main job on a simulated GPU, in a VM'
	@echo '  make check                             everything: unit tests, and VMs on three kernels'
	@echo '  make check-quick                       unit tests, and a short run on 6.12'
	@echo '  make check-debug                       the kernel tests on the KASAN and lockdep kernel'
	@echo '  make lint                              checkpatch, sparse, W=1, shellcheck'
	@echo '  make debug-kernel                      build that kernel into the cache'
	@echo '  make modules-6.1 modules-6.12 modules-debug'
	@echo '  make spec                              uapi header from the netlink spec'
	@echo 'For a host with such a GPU:'
	@echo '  make [KDIR=headers]                    gpuvf.ko and gpuvf-agent, into build/'
	@echo '  make install uninstall [DESTDIR= PREFIX=]   the simulator only with WITH_SIM=1'
	@echo '  make clean clean-cache                 the cache has the downloaded kernels'

modules:
	@$(lab)/packages build
	@$(lab)/build-modules $(KDIR)

modules-6.1 modules-6.12 modules-debug: modules-%:
	@$(lab)/packages build lab
	@$(lab)/build-modules $*

agent:
	@$(lab)/packages build
	@$(MAKE) -s -C agent

check:
	@tests/check all

check-quick:
	@tests/check quick

check-debug:
	@tests/check debug

demo:
	@$(lab)/packages build lab
	@$(MAKE) -s -C agent
	@$(lab)/run -k $(KERNEL) -e GPUS=$(GPUS) \
		$$([ ! -t 1 ] || echo -e COLOR=1) $(lab)/demo.sh

lint:
	@$(lab)/lint

debug-kernel:
	@$(lab)/packages build lab
	@$(lab)/kernel-get debug

spec:
	@$(lab)/spec write

release = $(shell $(MAKE) -s -C $(KDIR) kernelrelease)
moddir	= $(DESTDIR)/lib/modules/$(release)/extra

install: all
	install -D -m 0644 -t $(moddir) build/modules/$(release)/gpuvf.ko
	$(if $(WITH_SIM),install -D -m 0644 -t $(moddir) build/modules/$(release)/gpuvf_sim.ko)
	install -D -m 0755 -t $(DESTDIR)$(PREFIX)/sbin build/agent/gpuvf-agent
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/include/linux uapi/linux/gpuvf.h
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/man/man8 Documentation/man/gpuvf-agent.8
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/man/man5 Documentation/man/gpuvf.ini.5
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/doc/gpuvf/examples examples/*.ini
	$(if $(DESTDIR),,/sbin/depmod $(release))

uninstall:
	rm -f $(moddir)/gpuvf.ko $(moddir)/gpuvf_sim.ko
	rm -f $(DESTDIR)$(PREFIX)/sbin/gpuvf-agent
	rm -f $(DESTDIR)$(PREFIX)/include/linux/gpuvf.h
	rm -f $(DESTDIR)$(PREFIX)/share/man/man8/gpuvf-agent.8
	rm -f $(DESTDIR)$(PREFIX)/share/man/man5/gpuvf.ini.5
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/gpuvf
	$(if $(DESTDIR),,/sbin/depmod $(release))

clean:
	rm -rf build

clean-cache:
	rm -rf "$${GPUVF_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/gpuvf}"

.PHONY: all help modules modules-6.1 modules-6.12 modules-debug agent check
.PHONY: check-quick check-debug demo lint debug-kernel spec install uninstall
.PHONY: clean clean-cache
