# SPDX-License-Identifier: GPL-2.0
#
# gpuvf. `make help` says what there is.

PREFIX	?= /usr/local
DESTDIR	?=
KDIR	?= /lib/modules/$(shell uname -r)/build
HEADER	:= $(KDIR)/include/generated/utsrelease.h
GPUS	?= 1
KERNEL	?= 6.12

lab	:= tests/lab
build	:= $(CURDIR)/build

all: modules agent

help:
	@echo 'On any machine; no GPU is needed, the running kernel stays as it is:'
	@echo '  make demo [GPUS=N] [KERNEL=6.1]  the main job on a simulated GPU, in a VM'
	@echo '  make check                       everything: unit tests, VMs on three kernels'
	@echo '  make check-quick                 unit tests, a short run on 6.12'
	@echo '  make check-debug                 the tests on the debug kernel (KASAN, lockdep)'
	@echo '  make bench [BENCH=NAME...]       measurements, in virtual time where a VM is needed'
	@echo '  make fuzz [FUZZ=NAME...] [FUZZ_SECONDS=60]   what takes input, fed with anything'
	@echo '  make shell [KERNEL=6.1]          a shell in a VM with the modules at hand'
	@echo '  make lint                        checkpatch, sparse, W=1, shellcheck'
	@echo '  make modules-6.1 modules-6.12 modules-debug'
	@echo '  make debug-kernel                build that kernel into the cache'
	@echo '  make refresh                     look for newer Debian kernels'
	@echo '  make spec                        the uapi header anew from the netlink spec'
	@echo '  make clean clean-cache           what was built; what was downloaded'
	@echo
	@echo 'For a host with such a GPU:'
	@echo '  make [KDIR=HEADERS]              gpuvf.ko and gpuvf-agent, into build/'
	@echo '  make install uninstall           to /lib/modules and $(PREFIX); PREFIX=, DESTDIR=;'
	@echo '                                   the simulator only with WITH_SIM=1'

# Without headers for the running kernel there is still something to build.
modules:
	@$(lab)/packages build
ifneq ($(wildcard $(HEADER)),)
	@$(lab)/build-modules $(KDIR)
else
	@echo 'No headers in $(KDIR): building for Debian 12 instead (make help)'
	@$(lab)/packages lab
	@$(lab)/build-modules 6.1
endif

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

bench:
	@tests/bench/run $(BENCH)

fuzz:
	@$(lab)/packages build fuzz
	@$(MAKE) -s -C tests/fuzz

shell:
	@$(lab)/packages build lab
	@$(MAKE) -s -C agent
	@$(lab)/run -k $(KERNEL) --shell

lint:
	@$(lab)/lint

debug-kernel:
	@$(lab)/kernel-get debug

refresh:
	@for kernel in 6.1 6.12 debug; do $(lab)/kernel-get -r $$kernel || exit; done

spec:
	@$(lab)/spec write

clean:
	rm -rf $(build)

clean-cache:
	@$(lab)/kernel-get clear

# of the headers, which need not be the running kernel's
RELEASE	= $(or $(shell cut -d'"' -f2 $(HEADER) 2> /dev/null),$(shell uname -r))
moddir	= $(DESTDIR)/lib/modules/$(RELEASE)/extra
mandir	:= $(DESTDIR)$(PREFIX)/share/man
stage	:= $(build)/stage

# The kernel's modules_install compresses and strips as that kernel likes it, but
# it installs all or nothing: so it works in a directory of its own. Nobody here
# has the key that Debian would sign with.
install: all
	@[ -e $(HEADER) ] || { \
		echo 'No headers in $(KDIR): nothing to install modules for'; exit 1; }
	rm -rf $(stage)
	$(MAKE) -s -C $(KDIR) M=$(build)/kbuild/$(RELEASE) DEPMOD=true \
		CONFIG_MODULE_SIG_ALL= INSTALL_MOD_PATH=$(stage) INSTALL_MOD_DIR=extra modules_install
	find $(stage) -name 'gpuvf.ko*' $(if $(WITH_SIM),-o -name 'gpuvf_sim.ko*') | \
		xargs install -D -m 0644 -t $(moddir)
	install -D -m 0755 -t $(DESTDIR)$(PREFIX)/sbin build/agent/gpuvf-agent
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/include/linux uapi/linux/gpuvf.h
	install -D -m 0644 -t $(mandir)/man8 Documentation/man/gpuvf-agent.8
	install -D -m 0644 -t $(mandir)/man5 Documentation/man/gpuvf.ini.5
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/doc/gpuvf/examples \
		examples/*.ini
	$(if $(DESTDIR),,/sbin/depmod $(RELEASE))

uninstall:
	rm -f $(moddir)/gpuvf.ko* $(moddir)/gpuvf_sim.ko*
	rm -f $(DESTDIR)$(PREFIX)/sbin/gpuvf-agent
	rm -f $(DESTDIR)$(PREFIX)/include/linux/gpuvf.h
	rm -f $(mandir)/man8/gpuvf-agent.8 $(mandir)/man5/gpuvf.ini.5
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/gpuvf
	$(if $(DESTDIR),,/sbin/depmod $(RELEASE))

.PHONY: all help modules modules-6.1 modules-6.12 modules-debug agent check
.PHONY: check-quick check-debug demo bench fuzz shell lint debug-kernel refresh
.PHONY: spec clean clean-cache install uninstall
