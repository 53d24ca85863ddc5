// One module each, so that a page loads only those that it shows.
export { CategoryPicker } from "./picker/CategoryPicker";
export { ProductPicker, type ProductItem, type ProductRef } from "./picker/ProductPicker";
export { SitePicker } from "./picker/SitePicker";
export { useSites, type Site } from "./picker/sites";
