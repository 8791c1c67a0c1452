/* What two boxes in space have in common. */
#ifndef CUBOID_OVERLAP_H
#define CUBOID_OVERLAP_H

/* Volume of the intersection of two cuboids of 9 numbers: position x, y, z of the middle, orientation as Euler angles
 * about x, y, z (each about the axes as already turned), size along x, y, z. */
double cuboid_overlap(const double a[9], const double b[9]);

#endif
